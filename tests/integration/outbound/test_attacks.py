"""Ways into the operator's network that a URL, a name or a redirect may try; none gets as far as a connection."""

import socket

import pytest

from core.outbound import OutboundError, fetch, post
from core.outbound.deadlines import TimedSocket

from .servers import redirecting

INVALID, BLOCKED, PORT, SCHEME = "url_invalid", "address_blocked", "url_port", "url_scheme"

ATTACKS = [
    # Loopback, as it is and as resolvers understand it.
    *((f"http://{host}/", BLOCKED) for host in ("127.0.0.1", "127.255.255.254", "0.0.0.0", "localhost", "LOCALHOST")),
    *((f"http://{host}/", BLOCKED) for host in ("127.0.0.1.", "%6c%6f%63alhost", "[::1]", "[::]")),
    *((f"http://{host}/", BLOCKED) for host in ("[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]")),
    *((f"http://{host}/", BLOCKED) for host in ("[::127.0.0.1]", "[::ffff:0:127.0.0.1]")),
    *((f"http://{host}/", INVALID) for host in ("127.1", "127.0.1", "2130706433", "017700000001", "0x7f000001")),
    *((f"http://{host}/", INVALID) for host in ("0x7f.1", "0177.0.0.1", "0x7f.0x0.0x0.0x1", "00000177.0.0.1", "0")),
    *((f"http://{host}/", INVALID) for host in ("１２７.0.0.1", "127.0.0.①", "127。0。0。1", "[::1%25lo]")),
    # Networks of the operator.
    *((f"http://{host}/", BLOCKED) for host in ("10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1")),
    *((f"http://{host}/", BLOCKED) for host in ("100.64.0.1", "169.254.1.1", "192.0.0.1", "198.18.0.1", "240.0.0.1")),
    *((f"http://{host}/", BLOCKED) for host in ("255.255.255.255", "224.0.0.1", "192.0.2.1", "203.0.113.1", "0.1.2.3")),
    *((f"http://{host}/", BLOCKED) for host in ("[fc00::1]", "[fd12:3456::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]")),
    *((f"http://{host}/", BLOCKED) for host in ("[::ffff:10.0.0.1]", "[2001:db8::1]", "[3fff::1]", "[100::1]")),
    # What carries an address of IPv4 in itself: NAT64, 6to4, Teredo.
    *((f"http://{host}/", BLOCKED) for host in ("[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a00:1]")),
    *((f"http://{host}/", BLOCKED) for host in ("[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001:0:a00:1::]")),
    # Metadata of clouds.
    *((f"http://{host}/latest/meta-data/", BLOCKED) for host in ("169.254.169.254", "100.100.100.200")),
    *((f"http://{host}/latest/meta-data/", BLOCKED) for host in ("168.63.129.16", "192.0.0.192", "[fd00:ec2::254]")),
    *((f"http://{host}/", INVALID) for host in ("2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518")),
    # Where one reader sees another host than the next.
    *((f"http://{host}/", INVALID) for host in ("example.org@127.0.0.1", "127.0.0.1\\@example.org", "@127.0.0.1")),
    *((f"http://{host}/", INVALID) for host in ("example.org:80@127.0.0.1", "127.0.0.1 example.org", "a:b@c@[::1]")),
    *((f"http://{host}/", INVALID) for host in ("127.0.0.1%00.example.org", "[::1].example.org", "10.0.0.1:80:8")),
    ("http://127.0.0.1#@example.org/", BLOCKED),
    ("http://127.0.0.1?@example.org/", BLOCKED),
    ("http:/\\127.0.0.1/", INVALID),
    ("http://127.0.0.1\r\nHost: example.org/", INVALID),
    ("http://example.org/\r\n\r\nGET / HTTP/1.1", INVALID),
    ("http://127.0.0.1\t.example.org/", INVALID),
    # Other services, other protocols.
    *((f"http://93.184.216.34:{port}/", PORT) for port in (22, 25, 6379, 8080, 9200)),
    *(
        (url, SCHEME)
        for url in ("file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "ftp://127.0.0.1/", "dict://a/")
    ),
]


@pytest.fixture
def attempts(monkeypatch) -> list[str]:
    """The addresses to which a connection was tried; to none is one made but to 127.0.0.2."""
    tried: list[str] = []
    connect = TimedSocket.connect

    def note(self: TimedSocket, address: tuple[str, int]) -> None:
        tried.append(address[0])
        if address[0] != "127.0.0.2":
            raise ConnectionRefusedError
        connect(self, address)

    monkeypatch.setattr(TimedSocket, "connect", note)
    return tried


def test_there_are_more_than_46():
    assert len(set(ATTACKS)) == len(ATTACKS) > 46


@pytest.mark.parametrize("way", [fetch, lambda url: post(url, body=b"{}", headers={})], ids=["fetch", "post"])
@pytest.mark.parametrize(("url", "code"), ATTACKS)
def test_none_gets_as_far_as_a_connection(settings, attempts, way, url, code):
    settings.OUTBOUND_ALLOWED_NETWORKS = ()
    with pytest.raises(OutboundError) as refused:
        way(url)
    assert refused.value.code == code
    assert attempts == []


@pytest.mark.parametrize(("url", "code"), [attack for attack in ATTACKS if "\n" not in attack[0]])
def test_nor_by_a_redirect_from_a_host_that_is_allowed(settings, opened_host, attempts, url, code):
    host = opened_host(redirecting("302 Found", url))
    with pytest.raises(OutboundError) as refused:
        fetch(f"http://127.0.0.2:{host.port}/")
    assert refused.value.code in {code, INVALID}
    assert attempts == ["127.0.0.2"]


@pytest.mark.parametrize(
    "answers",
    [
        [["127.0.0.1"]],
        [["::1"]],
        [["::ffff:10.0.0.1"]],
        [["169.254.169.254"]],
        [["fe80::1%lo"]],
        [["127.0.0.2", "127.0.0.1"]],
        [["127.0.0.1", "127.0.0.2"]],
        [["127.0.0.2", "fd00::1"]],
        [["127.0.0.2"] * 20 + ["10.0.0.1"]],
        [[]],
    ],
)
def test_nor_by_what_a_name_server_says(opened_host, names, attempts, answers):
    host = opened_host(redirecting("302 Found", "/"))
    names(*answers)
    with pytest.raises(OutboundError) as refused:
        fetch(f"http://name.example:{host.port}/")
    assert refused.value.code == BLOCKED
    assert attempts == []


def test_nor_by_a_name_that_changes_its_address(opened_host, names, attempts):
    host = opened_host(redirecting("302 Found", "http://second.example/"))
    asked = names(["127.0.0.2"], ["127.0.0.1"])
    with pytest.raises(OutboundError) as refused:
        fetch(f"http://first.example:{host.port}/")
    assert refused.value.code == BLOCKED
    assert asked == ["first.example", "second.example"]
    assert attempts == ["127.0.0.2"]


def test_all_is_refused_by_this_machines_own_resolver_too(settings, attempts):
    settings.OUTBOUND_ALLOWED_NETWORKS = ()
    with pytest.raises(OutboundError) as refused:
        fetch(f"http://{socket.gethostname()}.localhost/")
    assert refused.value.code in {BLOCKED, "dns_failed"}
    assert attempts == []
