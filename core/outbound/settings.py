"""The operator's two settings, as `posesite/settings/base.py` reads them."""

from collections.abc import Iterable
from ipaddress import ip_network

from django.core.exceptions import ImproperlyConfigured

from .addresses import Networks

_LAST_PORT = 65_535


def allowed_networks(texts: Iterable[str]) -> Networks:
    """OUTBOUND_ALLOWED_NETWORKS: networks in CIDR notation, or single addresses. Raises ImproperlyConfigured."""
    try:
        return tuple(ip_network(text.strip()) for text in texts if text.strip())
    except ValueError as error:
        raise ImproperlyConfigured(
            f"OUTBOUND_ALLOWED_NETWORKS lists networks such as 10.1.0.0/16 or fd12:3456::/32: {error}."
        ) from error


def allowed_ports(texts: Iterable[str]) -> frozenset[int]:
    """OUTBOUND_ALLOWED_PORTS: ports besides 80 and 443. Raises ImproperlyConfigured."""
    ports = [text.strip() for text in texts if text.strip()]
    if not all(port.isdecimal() and 0 < int(port) <= _LAST_PORT for port in ports):
        raise ImproperlyConfigured("OUTBOUND_ALLOWED_PORTS lists numbers from 1 to 65535, such as 8080,8443.")
    return frozenset(int(port) for port in ports)
