"""Addresses as users write them, taken apart once: what is checked here is what is connected to."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from django.conf import settings
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from .addresses import Address, may_be_reached
from .errors import OutboundError

_MAX_CHARACTERS = 2048
_MAX_NAME = 253
_PORTS = {"http": 80, "https": 443}
_AUTHORITY = re.compile(r"[^:/?#]*://([^/?#]*)")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
# A last part like these makes resolvers read the whole name as a number: 127.1, 2130706433, 0x7f.0.0.1.
_NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)\.?")


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address; `address` is that of a host which is written as one."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    address: Address | None

    @property
    def origin(self) -> tuple[str, str, int]:
        """What a kept connection belongs to."""
        return self.scheme, self.host, self.port


def target_of(url: str) -> Target:
    """Takes a URL apart. Raises OutboundError: url_invalid, url_scheme or url_port. Asks no name server."""
    # `isprintable` is false for controls, line ends, every space but the plain one, and invisible characters.
    if len(url) > _MAX_CHARACTERS or not url.isprintable() or " " in url or "\\" in url:
        raise OutboundError("url_invalid")
    try:
        parts = parse_url(url)
    except LocationParseError:
        raise OutboundError("url_invalid") from None
    if parts.scheme not in _PORTS:
        raise OutboundError("url_scheme")
    authority = _AUTHORITY.match(url)
    if not parts.host or authority is None or "@" in authority[1]:
        raise OutboundError("url_invalid")
    host = parts.host.removeprefix("[").removesuffix("]")
    address = _address(host)
    port = _PORTS[parts.scheme] if parts.port is None else parts.port
    if port not in _PORTS.values() and port not in settings.OUTBOUND_ALLOWED_PORTS:
        raise OutboundError("url_port")
    return Target(parts.url, parts.scheme, host, port, parts.request_uri, address)


def check_url(url: str) -> None:
    """Whether a URL may be asked for at all, by its text alone. Raises OutboundError, also for a refused address."""
    address = target_of(url).address
    if address is not None and not may_be_reached(address, opened=settings.OUTBOUND_ALLOWED_NETWORKS):
        raise OutboundError("address_blocked")


def host_of(url: str) -> str:
    """The server of a URL as `host:port` in lower case, for limits that count by host. Raises OutboundError."""
    target = target_of(url)
    host = f"[{target.address}]" if isinstance(target.address, IPv6Address) else target.host.rstrip(".")
    return f"{host}:{target.port}"


def _address(host: str) -> Address | None:
    """The address that a host is written as, None for a name. Raises OutboundError where it is neither."""
    try:
        if ":" in host:
            if "%" in host:  # a zone is the business of this machine's own networks
                raise OutboundError("url_invalid")
            return IPv6Address(host)
        if _NUMBER.fullmatch(host):
            return IPv4Address(host.removesuffix("."))
    except AddressValueError:
        raise OutboundError("url_invalid") from None
    if len(host) > _MAX_NAME or not _NAME.fullmatch(host):
        raise OutboundError("url_invalid")
    return None
