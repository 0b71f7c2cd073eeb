"""Log lines as text or as JSON, each with the id of the request that it belongs to."""

import contextlib
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request at work on this thread, also in the background work that it asked for; empty where none is."""

FORMATS = ("text", "json")
_NONE = "-"


@contextlib.contextmanager
def bound(identifier: str) -> Iterator[None]:
    """Whatever is logged within carries this request id."""
    token = request_id.set(identifier)
    try:
        yield
    finally:
        request_id.reset(token)


class RequestIdFilter(logging.Filter):
    """Puts the request id on a record, "-" where there is none; lets every record through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging.Filter."""
        record.request_id = request_id.get() or _NONE
        return True


class TokenFilter(logging.Filter):
    """Takes the token out of a path that a record names, such as Django's line about a page that failed."""

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging.Filter."""
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        token = match.kwargs.get("token") if match else None
        if token and (message := record.getMessage()) and str(token) in message:
            record.msg, record.args = message.replace(str(token), "***"), ()
        return True


class JsonLine(JsonFormatter):
    """A record as one JSON object: what every line has, and what was logged with it as `extra`.

    Only plain values are taken from `extra`. Django and Celery log whole objects there, and a request's own text holds
    its query string, which may hold a token.
    """

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """See JsonFormatter."""
        plain = {name: value for name, value in log_data.items() if _is_plain(name, value)}
        if plain.get("request_id") == _NONE:
            plain["request_id"] = None
        return plain


def _is_plain(name: str, value: Any) -> bool:
    # The timestamp is made by the formatter; uvicorn's message for terminals says the same thing twice.
    return name == "timestamp" or (isinstance(value, str | int | float | None) and name != "color_message")


def logging_settings(*, level: str, line_format: str) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error in one format. Raises ImproperlyConfigured for a wrong format."""
    if line_format not in FORMATS:
        raise ImproperlyConfigured(f'LOG_FORMAT is "{line_format}"; it must be one of: {", ".join(FORMATS)}.')
    through_root: dict[str, Any] = {"handlers": [], "propagate": True}
    # Django's own level is never DEBUG: its SQL would come with the values in it.
    of_django = {**through_root, "level": "INFO" if level == "DEBUG" else level}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}, "tokens": {"()": TokenFilter}},
        "formatters": {
            "text": {"format": "{asctime} {levelname} {name} [{request_id}]: {message}", "style": "{"},
            "json": {
                "()": JsonLine,
                "fmt": ["levelname", "name", "message", "request_id"],
                "rename_fields": {"levelname": "level", "name": "logger", "exc_info": "exception"},
                "timestamp": True,
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": line_format,
                "filters": ["request_id", "tokens"],
            },
        },
        "root": {"handlers": ["console"], "level": level},
        # These bring handlers of their own, whose lines would come twice or in another format.
        "loggers": {
            "django": of_django,
            "django.server": of_django,
            # Celery says at INFO that each message came and went; the site's own lines and counts say what it did.
            "celery": {"level": "WARNING" if level in ("DEBUG", "INFO") else level},
            "multiprocessing": {
                "handlers": ["console"],
                "propagate": False,
                "level": "WARNING",
            },  # of Celery's processes
            "uvicorn": through_root,
            "uvicorn.error": through_root,
            "uvicorn.access": {"level": "WARNING", **through_root},  # the site writes a line a request itself
        },
    }
