"""Where a request comes from."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

_IPV6_CUSTOMER_BITS = 64


def client_address(request: HttpRequest | Request) -> str:
    """The client's network address as far as it can be trusted: `NUM_PROXIES` says how much of X-Forwarded-For is ours.

    An IPv6 address stands for its /64, which one customer has all of.
    """
    found: str | None = BaseThrottle().get_ident(request)  # type: ignore[arg-type]  # reads headers and META only
    try:
        address = ip_address(found or "")
    except ValueError:
        return found or "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), _IPV6_CUSTOMER_BITS), strict=False))
