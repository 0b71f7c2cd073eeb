"""Which addresses the site may connect to: those of the public internet, and what the operator has opened.

The networks stand here by name, rather than `ipaddress.is_global`, which changes with the version of Python. Sources:
https://www.iana.org/assignments/iana-ipv4-special-registry and https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Networks = tuple[IPv4Network | IPv6Network, ...]

_REFUSED: Networks = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        # Public addresses of IPv6 begin with the bits 001; the three networks around them hold everything special:
        # :: and ::1, v4-compatible ::/96, v4-mapped ::ffff:0:0/96, NAT64 64:ff9b::/96 and 64:ff9b:1::/48, discard
        # 100::/64; segment routing 5f00::/16; unique local fc00::/7, link-local fe80::/10, site-local fec0::/10,
        # multicast ff00::/8; and all that is reserved.
        "::/3",
        "4000::/2",
        "8000::/1",
        "2001::/23",  # protocol assignments: Teredo 2001::/32, benchmarking 2001:2::/48, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
# Where clouds hand their machines keys and passwords. No setting opens these.
_METADATA = frozenset(
    ip_address(address)
    for address in (
        "169.254.169.254",  # AWS, Azure, Google, Oracle, OpenStack and most others
        "169.254.170.2",  # AWS, containers
        "169.254.170.23",  # AWS, Kubernetes
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure; a public address by its number
        "192.0.0.192",  # Oracle
        "fd00:ec2::254",  # AWS
        "fd00:ec2::23",  # AWS, Kubernetes
        "fd20:ce::254",  # Google
        "fe80::a9fe:a9fe",  # OpenStack
    )
)
# Addresses whose last 32 bits are one of IPv4, where the packet may come out.
_CARRIERS = tuple(
    IPv6Network(network) for network in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
_LOOPBACK = IPv6Address("::1")


def may_be_reached(address: Address, *, opened: Networks) -> bool:
    """Whether the site may connect to an address; `opened` are the networks that the operator allows besides.

    An address that carries another one has to pass with both.
    """
    return all(_passes(face, opened) for face in _faces(address))


def _faces(address: Address) -> Iterator[Address]:
    yield address
    if isinstance(address, IPv4Address) or address == _LOOPBACK:
        return
    if any(address in carrier for carrier in _CARRIERS):
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo


def _passes(address: Address, opened: Networks) -> bool:
    if address in _METADATA:
        return False
    return any(address in network for network in opened) or not any(address in network for network in _REFUSED)
