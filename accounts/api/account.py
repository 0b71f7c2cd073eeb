"""Opening an account, one's profile and one's password."""

from typing import cast

from django.contrib.auth import update_session_auth_hash
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.addresses import client_address
from accounts.models import User
from accounts.services import passwords, profile, registering
from core.api.schema import refusals

from .base import AccountView, OpenView
from .serializers import PasswordChangeSerializer, ProfileChangeSerializer, ProfileSerializer, RegisterSerializer

_PROFILE = OpenApiExample(
    "A profile",
    value={
        "id": 7,
        "email": "ada@example.org",
        "name": "Ada Lovelace",
        "is_staff": False,
        "roles": ["Editors"],
        "joined_at": "2026-01-31T12:00:00Z",
    },
    response_only=True,
)


class RegisterView(OpenView):
    """A new account."""

    serializer_class = RegisterSerializer

    @extend_schema(
        operation_id="auth_register",
        summary="Register",
        responses={201: ProfileSerializer, **refusals(400, 403)},
        examples=[
            OpenApiExample(
                "A new account",
                value={"email": "ada@example.org", "name": "Ada Lovelace", "password": "correct-horse-battery"},
                request_only=True,
            ),
            _PROFILE,
        ],
    )
    def post(self, request: Request) -> Response:
        """Opens an account and answers its profile. It answers no tokens: log in next."""
        serializer = RegisterSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = registering.register(**serializer.validated_data)
        return Response(ProfileSerializer(user).data, status=status.HTTP_201_CREATED)


class ProfileView(AccountView):
    """The user who is logged in."""

    serializer_class = ProfileChangeSerializer

    @extend_schema(
        operation_id="auth_profile",
        summary="Read the profile",
        responses={200: ProfileSerializer, **refusals(401)},
        examples=[_PROFILE],
    )
    def get(self, request: Request) -> Response:
        """The profile of who asks."""
        return Response(ProfileSerializer(cast("User", request.user)).data)

    @extend_schema(
        operation_id="auth_profile_replace",
        summary="Replace name and e-mail address",
        responses={200: ProfileSerializer, **refusals(400, 401, 429)},
        examples=[
            OpenApiExample(
                "A new address",
                value={"email": "ada@example.com", "name": "Ada", "current_password": "correct-horse-battery"},
                request_only=True,
            ),
            _PROFILE,
        ],
    )
    def put(self, request: Request) -> Response:
        """Sets both; a new address needs `current_password`."""
        return self._change(request, partial=False)

    @extend_schema(
        operation_id="auth_profile_change",
        summary="Change name or e-mail address",
        responses={200: ProfileSerializer, **refusals(400, 401, 429)},
        examples=[OpenApiExample("A new name", value={"name": "Ada King"}, request_only=True), _PROFILE],
    )
    def patch(self, request: Request) -> Response:
        """Sets what is given; a new address needs `current_password`."""
        return self._change(request, partial=True)

    def _change(self, request: Request, *, partial: bool) -> Response:
        serializer = ProfileChangeSerializer(data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        user, given = cast("User", request.user), serializer.validated_data
        changed = profile.change_profile(
            user=user,
            email=given.get("email", user.email),
            name=given.get("name", user.name),
            current_password=given.get("current_password", ""),
            address=client_address(request),
            now=timezone.now(),
        )
        return Response(ProfileSerializer(changed).data)


class PasswordView(AccountView):
    """The password of who is logged in."""

    serializer_class = PasswordChangeSerializer

    @extend_schema(
        operation_id="auth_password",
        summary="Change the password",
        responses={204: OpenApiResponse(description="Changed; log in again."), **refusals(400, 401, 429)},
        examples=[
            OpenApiExample(
                "Passwords",
                value={"current_password": "correct-horse-battery", "new_password": "staple-without-horse"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Ends all API sessions of the user, this one too; a browser that asks stays logged in."""
        serializer = PasswordChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = cast("User", request.user)
        passwords.change_password(
            user=user, **serializer.validated_data, address=client_address(request), now=timezone.now()
        )
        if request.auth is None:  # a browser's session
            update_session_auth_hash(request._request, user)
        return Response(status=status.HTTP_204_NO_CONTENT)
