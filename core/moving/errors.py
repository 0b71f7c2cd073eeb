"""Why a move did not take place."""

from core.errors import Conflict


class MoveFailed(Conflict):
    """Nothing was moved; the message says what to do first, or which row does not fit."""
