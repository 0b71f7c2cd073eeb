"""Errors as the API answers them: one shape, `{"code", "message", "fields"?}`, and the error's details beside."""

import sys
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from core.errors import DomainError, Unavailable
from core.storage.errors import database_trouble


def error_body(code: str, message: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """The one shape."""
    return {"code": code, "message": message, **({"fields": fields} if fields else {})}


def error_headers(error: DomainError) -> dict[str, str]:
    """The headers that go with it: when to try again."""
    retry_after_s = error.retry_after_s if isinstance(error, Unavailable) else None
    return {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler: domain errors, a database's troubles, Django's 404 and 403, and DRF's own errors in one shape."""
    if (domain_error := _domain_error(error)) is not None:
        headers = error_headers(domain_error)
        return Response(_domain_body(domain_error), status=domain_error.status, headers=headers)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = drf_exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    if isinstance(error, exceptions.ValidationError):
        response.data = _validation_body(error)
    elif isinstance(error, exceptions.UnsupportedMediaType):
        response.status_code = HTTPStatus.BAD_REQUEST
        message = str(error.detail)
        response.data = error_body("unsupported_media_type", message, {"Content-Type": [message]})
    else:
        detail = error.detail
        code = detail.code if isinstance(detail, exceptions.ErrorDetail) else error.default_code
        response.data = error_body(code or "error", _first_message(detail))
    return response


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """404 for API paths that lead nowhere."""
    return JsonResponse(error_body("not_found", "Not found."), status=HTTPStatus.NOT_FOUND)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """400 for API paths whose request Django itself refuses, such as for its Host header or its number of fields."""
    message = "The request cannot be read; it may have too many or too large fields, or a wrong Host header."
    return JsonResponse(error_body("bad_request", message), status=HTTPStatus.BAD_REQUEST)


def server_error(request: HttpRequest) -> JsonResponse:
    """500 for API paths; 503 or 507 where a middleware met a database that is down or full."""
    error = sys.exception()  # Django calls this while it handles the error
    if (domain_error := _domain_error(error)) is not None:
        body = _domain_body(domain_error)
        return JsonResponse(body, status=domain_error.status, headers=error_headers(domain_error))
    message = "Something went wrong on the server. It has been logged."
    return JsonResponse(error_body("server_error", message), status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _domain_body(error: DomainError) -> dict[str, Any]:
    return {**error.details, **error_body(error.code, error.message, error.fields)}


def _domain_error(error: BaseException | None) -> DomainError | None:
    return error if isinstance(error, DomainError) else database_trouble(error)


def _validation_body(error: exceptions.ValidationError) -> dict[str, Any]:
    fields = dict(_flattened("", error.detail))
    general = fields.pop("non_field_errors", None)
    field, messages = next(iter(fields.items()), ("", general or ["The request is not valid."]))
    return error_body("invalid", (general or [f"{field}: {messages[0]}" if field else messages[0]])[0], fields)


def _flattened(path: str, detail: Any) -> Any:
    """Nested DRF error details as (dotted path, messages) pairs."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _flattened(f"{path}.{key}" if path else str(key), value)
    elif isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        for position, item in enumerate(detail):
            yield from _flattened(f"{path}.{position}" if path else str(position), item)
    elif detail:
        yield path or "non_field_errors", [str(item) for item in (detail if isinstance(detail, list) else [detail])]


def _first_message(detail: Any) -> str:
    if isinstance(detail, dict):
        return str(detail.get("detail") or _first_message(next(iter(detail.values()), "")))
    if isinstance(detail, list):
        return _first_message(detail[0]) if detail else ""
    return str(detail)
