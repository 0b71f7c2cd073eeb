"""What the site needs in order to serve, each part asked for its state. Apps register their own parts."""

from . import checks
from .folders import check_writable
from .parts import DEGRADED, DOWN, OK, Trouble, register

__all__ = ["DEGRADED", "DOWN", "OK", "Trouble", "check_writable", "register"]

register("database", checks.database)
# Rows are stored all the same, and the sweep sends them once the broker is back.
register("broker", checks.broker, needed=False)
