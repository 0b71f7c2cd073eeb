"""The one tree of errors that a person or a program did something about: each has a code, a message and a status."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any


class DomainError(Exception):
    """Something asked for cannot be done.

    `code` is stable and for programs; `message` is for people and names the remedy; `fields` maps a field's name to
    what is wrong with it. `details` is what a program needs besides, by name, in plain JSON.
    """

    status: int = HTTPStatus.BAD_REQUEST

    def __init__(
        self, code: str, message: str, *, status: int | None = None, fields: Mapping[str, list[str]] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = dict(fields or {})
        self.details: dict[str, Any] = {}
        if status is not None:
            self.status = status

    @classmethod
    def on_field(cls, field: str, code: str, message: str, *, status: int | None = None) -> "DomainError":
        """An error about one field."""
        return cls(code, message, status=status, fields={field: [message]})


class Conflict(DomainError):
    """What was asked for no longer fits what is there."""

    status = HTTPStatus.CONFLICT


class Unavailable(DomainError):
    """A part that the site needs is missing or down.

    `retry_after_s`: the seconds after which trying again makes sense; None where the operator has to act.
    """

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, code: str, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(code, message)
        self.retry_after_s = retry_after_s
