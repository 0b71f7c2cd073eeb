"""Fixtures of who may use backups: they see the site over a folder of backups that is the test's own."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import OPERATORS, User
from tests.integration.poses.conftest import api_of


@pytest.fixture
def operator(make_user) -> User:
    member = make_user("operator@example.org", name="Olga Operator")
    member.groups.add(Group.objects.get(name=OPERATORS))
    return member


@pytest.fixture
def pages(client: Client, operator: User, backup_dir: Path) -> Client:
    """The pages as an operator sees them."""
    client.force_login(operator)
    return client


@pytest.fixture
def api(operator: User, backup_dir: Path) -> APIClient:
    """The API as an operator sees it."""
    return api_of(operator)


@pytest.fixture
def outsider(stranger: User, backup_dir: Path) -> Client:
    """The pages as somebody sees them who is logged in and operates nothing."""
    client = Client()
    client.force_login(stranger)
    return client


@pytest.fixture
def outsider_api(stranger: User, backup_dir: Path) -> APIClient:
    """The API as the same sees it."""
    return api_of(stranger)
