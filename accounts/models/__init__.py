"""Who uses the site."""

from .api_session import ApiSession
from .login_throttle import LoginThrottle
from .user import EDITORS, OPERATORS, User, normalised_email

__all__ = ["EDITORS", "OPERATORS", "ApiSession", "LoginThrottle", "User", "normalised_email"]
