"""Accounts, and API clients of theirs."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import PASSWORD

LOGIN, REFRESH, LOGOUT = "/api/auth/login/", "/api/auth/refresh/", "/api/auth/logout/"
PROFILE, PASSWORD_CHANGE = "/api/auth/profile/", "/api/auth/password/"


class Program:
    """An API client that has logged in, and its tokens."""

    def __init__(self, email: str, password: str = PASSWORD) -> None:
        self.client = APIClient()
        answer = self.client.post(LOGIN, {"email": email, "password": password})
        assert answer.status_code == 200, answer.content
        self.access, self.refresh = answer.json()["access"], answer.json()["refresh"]

    def profile_status(self, access: str | None = None) -> int:
        """What the profile answers to the access token."""
        header = f"Bearer {access or self.access}"
        return APIClient().get(PROFILE, HTTP_AUTHORIZATION=header).status_code

    def exchange(self, refresh: str | None = None):
        """The answer to a refresh; takes over the new tokens."""
        answer = APIClient().post(REFRESH, {"refresh": refresh or self.refresh})
        if answer.status_code == 200:
            self.access, self.refresh = answer.json()["access"], answer.json()["refresh"]
        return answer

    def signed_in(self) -> APIClient:
        """A client that sends the access token."""
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.access}")
        return client


@pytest.fixture
def program(user: User) -> Program:
    return Program(user.email)
