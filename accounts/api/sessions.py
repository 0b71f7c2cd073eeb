"""Logging in, refreshing and logging out."""

import uuid

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.addresses import client_address
from accounts.services import api_sessions, logging_in, tokens
from core.api.schema import refusals

from .authentication import ApiSessionAuthentication
from .base import OpenView
from .schema import SCHEME
from .serializers import LoginSerializer, LogoutSerializer, RefreshSerializer, TokensSerializer

_TOKENS = OpenApiExample("Tokens", value={"access": "eyJhbGciOi…", "refresh": "eyJhbGciOi…"}, response_only=True)


class LoginView(OpenView):
    """E-mail address and password for tokens."""

    serializer_class = LoginSerializer

    @extend_schema(
        operation_id="auth_login",
        summary="Log in",
        responses={200: TokensSerializer, **refusals(400, 401, 429)},
        examples=[
            OpenApiExample(
                "Credentials",
                value={"email": "ada@example.org", "password": "correct-horse-battery"},
                request_only=True,
            ),
            _TOKENS,
        ],
    )
    def post(self, request: Request) -> Response:
        """Begins a session. After five failures each further one waits longer, be there an account or not."""
        serializer = LoginSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        now = timezone.now()
        user = logging_in.check_credentials(**serializer.validated_data, address=client_address(request), now=now)
        return Response(TokensSerializer(api_sessions.begin(user=user, now=now)).data)


class RefreshView(OpenView):
    """A refresh token for the next pair."""

    serializer_class = RefreshSerializer

    @extend_schema(
        operation_id="auth_refresh",
        summary="Refresh the tokens",
        responses={200: TokensSerializer, **refusals(400, 401)},
        examples=[OpenApiExample("Refresh token", value={"refresh": "eyJhbGciOi…"}, request_only=True), _TOKENS],
    )
    def post(self, request: Request) -> Response:
        """Each refresh token is good once. One that turns up again later ends the session (`token_reused`)."""
        serializer = RefreshSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        pair = api_sessions.refresh(token=serializer.validated_data["refresh"], now=timezone.now())
        return Response(TokensSerializer(pair).data)


class LogoutView(OpenView):
    """The end of a session."""

    serializer_class = LogoutSerializer

    @extend_schema(
        operation_id="auth_logout",
        summary="Log out",
        auth=[{SCHEME: []}, {}],  # type: ignore[list-item]  # as OpenAPI writes "either a token or nothing"
        responses={204: OpenApiResponse(description="The session has ended."), **refusals(400, 401)},
        examples=[OpenApiExample("Refresh token", value={"refresh": "eyJhbGciOi…"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Ends the session of the refresh token, or of the access token in the header; both are refused from now on."""
        serializer = LogoutSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        session_id = self._session_named(request, serializer.validated_data.get("refresh"))
        api_sessions.end(session_id=session_id, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _session_named(self, request: Request, refresh: str | None) -> uuid.UUID:
        if refresh is not None:
            return tokens.session_id(tokens.read(refresh, RefreshToken))
        found = ApiSessionAuthentication().authenticate(request)
        if found is None:
            raise NotAuthenticated("Send the refresh token, or the access token in the Authorization header.")
        return tokens.session_id(found[1])
