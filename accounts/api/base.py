"""What the views of the account API have in common."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.services.throttling import TooManyAttempts


class AccountView(GenericAPIView[User]):
    """Answers carry secrets and are never cached; refusals say how long to wait and how to log in."""

    queryset = User.objects.none()
    pagination_class = None

    def handle_exception(self, exc: Exception) -> Response:
        """The error's answer with the headers that belong to its status."""
        response = super().handle_exception(exc)
        if isinstance(exc, TooManyAttempts):
            response["Retry-After"] = str(exc.retry_after_s)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            response.headers.setdefault("WWW-Authenticate", 'Bearer realm="api"')
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer, marked as not to be stored."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        return final


class OpenView(AccountView):
    """For those who have no token yet, or one that is stale: the Authorization header is not looked at."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get_authenticate_header(self, request: HttpRequest | Request) -> str:
        """Without it DRF would answer 403 where 401 is meant."""
        return 'Bearer realm="api"'
