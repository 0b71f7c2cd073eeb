import pytest
from django.test import RequestFactory
from rest_framework.settings import api_settings

from accounts.addresses import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "192.0.2.1"),
        (0, "203.0.113.5", "192.0.2.1"),
        (1, None, "192.0.2.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "spoofed, 203.0.113.5", "203.0.113.5"),
        (2, "spoofed, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (1, "not an address", "not an address"),
    ],
)
def test_only_our_own_proxies_are_believed(monkeypatch, proxies, forwarded, expected):
    monkeypatch.setattr(api_settings, "NUM_PROXIES", proxies)
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    assert client_address(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", **headers)) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "unknown"),
    ],
)
def test_what_one_customer_has_counts_as_one(address, expected):
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=address)) == expected
