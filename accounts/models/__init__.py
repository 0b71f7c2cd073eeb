"""Who uses the site."""

from .api_session import ApiSession
from .login_throttle import LoginThrottle
from .user import EDITORS, OPERATORS, REVIEWERS, User, normalised_email

__all__ = ["EDITORS", "OPERATORS", "REVIEWERS", "ApiSession", "LoginThrottle", "User", "normalised_email"]
