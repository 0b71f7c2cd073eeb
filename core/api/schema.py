"""The error answers of every operation, for the schema."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers


class ErrorSerializer(serializers.Serializer[Any]):
    """Every error of the API."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]  # the name is the API's, and DRF's own attribute
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


_REFUSALS = {
    HTTPStatus.BAD_REQUEST: "Refused; `fields` names the field.",
    HTTPStatus.UNAUTHORIZED: "Not logged in, or the token or password is no good; `code` says why.",
    HTTPStatus.FORBIDDEN: "Not allowed; `code` says why.",
    HTTPStatus.NOT_FOUND: "No such object, or not yours.",
    HTTPStatus.CONFLICT: "What was asked for no longer fits what is there; `code` says why.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The file is too large.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The Idempotency-Key was used for another request.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many failed attempts; `Retry-After` says how many seconds to wait.",
    HTTPStatus.INSUFFICIENT_STORAGE: "The site's disk is full; nothing was stored.",
    HTTPStatus.SERVICE_UNAVAILABLE: "A part of the site is missing or down; `Retry-After` may say for how long.",
}


def refusals(*statuses: int) -> dict[int, Any]:
    """The error answers of an operation."""
    return {status: OpenApiResponse(ErrorSerializer, _REFUSALS[HTTPStatus(status)]) for status in statuses}
