"""The only way in which the site asks other servers for something that a user named; a test proves it."""

from .errors import OutboundError
from .fetching import Answer, Fetched, fetch, post
from .urls import check_url, host_of

__all__ = ["Answer", "Fetched", "OutboundError", "check_url", "fetch", "host_of", "post"]
