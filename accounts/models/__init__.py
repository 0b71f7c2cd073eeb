"""Who uses the site."""

from .api_session import ApiSession
from .user import User

__all__ = ["ApiSession", "User"]
