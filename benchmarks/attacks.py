"""How many targets inside the operator's network are reached by URLs that mean to; each target really listens.

The script runs in a network namespace of its own, whose one interface has addresses of every kind: loopback, private,
carrier-grade NAT, link-local, metadata, unique local, NAT64, 6to4, Teredo and others, beside two public ones. Servers
listen on all of them and note who comes; redirects come from the public one, and a name server on the namespace's
loopback answers with whatever harms, first this and then that. Nothing leaves the namespace.

Plain requests and the usual check before a fetch go through the same cases, to show that they are real; and that
proper addresses are reached, and opened ones once they are opened, shows that a refusal means something.
"""

import contextlib
import ipaddress
import itertools
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator

from common import ROOT, finish

NAME = f"attacks-{os.getpid()}"
RESOLVER = "127.0.0.53"
PORTS = (80, 443, 8080, 6379)
PUBLIC = ("93.184.216.34", "2606:2800:220:1::1")
# What leads to 169.254.169.254 where a gateway for it stands.
CARRIERS = ("64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1")
METADATA = ("169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")
INSIDE = (
    *("10.0.0.5", "172.16.0.5", "192.168.1.5", "100.64.0.5", "169.254.7.7", "192.0.0.5", "192.0.2.5", "198.18.0.5"),
    *("198.51.100.5", "203.0.113.5", "240.0.0.5", "0.1.2.3", "192.88.99.5", "fc00::5", "fd12:3456::5", "fec0::5"),
    *("fe80::5", "64:ff9b::7f00:1", "64:ff9b:1::a00:5", "2002:7f00:1::1", "::7f00:1"),
    *("2001:0:a00:5::1", "2001:2::5", "2001:db8::5", "3fff::5", "100::5", "5f00::5", "::ffff:0:7f00:1"),
)


def host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


# What the name server says to one lookup after the other; the last answer stays.
ZONE: dict[str, list[list[str]]] = {
    "public.test": [[PUBLIC[0]]],
    "public6.test": [[PUBLIC[1]]],
    "loopback.test": [["127.0.0.1"]],
    "loopback6.test": [["::1"]],
    "private.test": [["10.0.0.5"]],
    "metadata.test": [["169.254.169.254"]],
    "mapped.test": [["::ffff:10.0.0.5"]],
    "zero.test": [["0.0.0.0"]],
    "nat64.test": [["64:ff9b::7f00:1"]],
    "mixed.test": [["10.0.0.5", PUBLIC[0]]],
    "mixed6.test": [["fd12:3456::5", PUBLIC[0]]],
    "mixed-last.test": [[PUBLIC[0], "127.0.0.1"]],
    "rebind.test": [[PUBLIC[0]], ["127.0.0.1"]],
    "rebind-private.test": [[PUBLIC[0]], ["10.0.0.5"]],
    "rebind-metadata.test": [[PUBLIC[0]], ["169.254.169.254"]],
    "rebind6.test": [[PUBLIC[1]], ["::1"]],
    "rebind-third.test": [[PUBLIC[0]], [PUBLIC[0]], ["10.0.0.5"]],
}
SPELLINGS = (
    *("127.0.0.1", "127.255.255.254", "localhost", "LOCALHOST", "0.0.0.0", "0", "127.1", "127.0.1", "2130706433"),
    *("017700000001", "0x7f000001", "0x7f.1", "0177.0.0.1", "0x7f.0x0.0x0.0x1", "127.0.0.1.", "127。0。0。1"),
    *("１２７.0.0.1", "①②⑦.0.0.1", "%31%32%37.0.0.1", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]"),
    *("[::ffff:7f00:1]", "[::ffff:10.0.0.5]", "[::ffff:a9fe:a9fe]", "[fe80::5%25a0]", "167772165", "0xa9fea9fe"),
    *("2852039166", "10.5", "172.1048581", "public.test@127.0.0.1", "127.0.0.1\\@public.test", "u:p@10.0.0.5"),
    *("public.test:80@10.0.0.5", "127.0.0.1#@public.test", "127.0.0.1?@public.test", " 127.0.0.1", "127.0.0.1\t"),
)
LEGITIMATE = [f"http://{name}/" for name in (PUBLIC[0], host(PUBLIC[1]), "public.test", "public6.test")]
LEGITIMATE.append("http://public.test/to?http://public6.test/")

OPENED = ("127.0.0.1", "10.0.0.5", "fd12:3456::5")


def attacks() -> list[str]:
    """All URLs: targets by address, in odd spellings, by name, on other ports, and by redirects to all of these."""
    hosts = [*SPELLINGS, *(host(address) for address in (*INSIDE, *CARRIERS, *METADATA))]
    hosts += [name for name in ZONE if not name.startswith("public")]
    direct = [f"http://{name}/" for name in hosts]
    direct += [f"https://{host(address)}/" for address in (*INSIDE[:3], *METADATA[:2], "127.0.0.1", "::1")]
    direct += [f"http://{name}:{port}/" for name in ("public.test", PUBLIC[0], "127.0.0.1") for port in (6379, 8080)]
    redirected = [f"http://public.test/to?{urllib.parse.quote(url)}" for url in direct]
    twice = [f"http://public.test/to?http://public6.test/to?{urllib.parse.quote(url)}" for url in direct[:12]]
    return [*direct, *redirected, *twice]


def main() -> None:
    try:
        with namespace():
            run = subprocess.run(["ip", "netns", "exec", NAME, sys.executable, __file__, "--inside"], check=False)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"a network namespace cannot be made here ({error}): it takes Linux, iproute2 and root")
        sys.exit(1)
    sys.exit(run.returncode)


@contextlib.contextmanager
def namespace() -> Iterator[None]:
    """A namespace with all addresses, and with a resolver of its own; it is gone in the end."""
    resolver = pathlib.Path("/etc/netns", NAME)
    inside = ["ip", "-n", NAME]
    try:
        subprocess.run(["ip", "netns", "add", NAME], check=True)
        resolver.mkdir(parents=True)
        (resolver / "resolv.conf").write_text(f"nameserver {RESOLVER}\noptions timeout:1 attempts:1\n")
        subprocess.run([*inside, "link", "set", "lo", "up"], check=True)
        subprocess.run([*inside, "link", "add", "a0", "type", "veth", "peer", "name", "a1"], check=True)
        for interface in ("a0", "a1"):
            subprocess.run([*inside, "link", "set", interface, "up"], check=True)
        for address in (*PUBLIC, *INSIDE, *CARRIERS, *METADATA):
            length, *options = ("128", "nodad") if ":" in address else ("32",)
            subprocess.run([*inside, "addr", "add", f"{address}/{length}", "dev", "a0", *options], check=True)
        yield
    finally:
        subprocess.run(["ip", "netns", "delete", NAME], check=False)
        shutil.rmtree(resolver, ignore_errors=True)


class Servers:
    """One on each port of every address; `visits` are the addresses and ports at which a connection was made."""

    def __init__(self) -> None:
        self.visits: set[tuple[str, int]] = set()
        for port in PORTS:
            listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=100)
            threading.Thread(target=self._accept, args=(listener, port), daemon=True).start()

    def inner(self) -> bool:
        """Whether anybody came to an address that is not public, or to a port that is not the web's."""
        return any(address not in PUBLIC or port not in PORTS[:2] for address, port in self.visits)

    def metadata(self) -> bool:
        """Whether anybody came where no setting leads."""
        return any(address in (*METADATA, *CARRIERS) for address, _ in self.visits)

    def _accept(self, listener: socket.socket, port: int) -> None:
        while True:
            connection, _ = listener.accept()
            address = ipaddress.IPv6Address(connection.getsockname()[0])
            self.visits.add((str(address.ipv4_mapped or address), port))
            threading.Thread(target=self._answer, args=(connection, port), daemon=True).start()

    def _answer(self, connection: socket.socket, port: int) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(5)
            while port == PORTS[0] and (request := connection.recv(65536)).startswith((b"GET", b"POST")):
                path = request.split()[1].decode()
                location = urllib.parse.unquote(path.removeprefix("/to?"))
                head = f"HTTP/1.1 302 Found\r\nLocation: {location}" if location != path else "HTTP/1.1 200 OK"
                connection.sendall(f"{head}\r\nContent-Length: 2\r\n\r\nok".encode())


class NameServer:
    """Answers by the zone."""

    def __init__(self) -> None:
        self.lookups: dict[str, itertools.count[int]] = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((RESOLVER, 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def begin(self) -> None:
        """Starts every name's list of answers anew."""
        self.lookups = {}

    def _serve(self) -> None:
        while True:
            query, sender = self.socket.recvfrom(4096)
            end = query.index(b"\0", 12) + 5
            name = ".".join(self._labels(query[12 : end - 5])).lower()
            kind = struct.unpack(">H", query[end - 4 : end - 2])[0]
            addresses = [ipaddress.ip_address(address) for address in self._answers(name, kind)]
            records = [address.packed for address in addresses if kind == (1 if address.version == 4 else 28)]
            head = query[:2] + struct.pack(">HHHHH", 0x8180 if name in ZONE else 0x8183, 1, len(records), 0, 0)
            body = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(record)) + record for record in records)
            self.socket.sendto(head + query[12:end] + body, sender)

    def _answers(self, name: str, kind: int) -> list[str]:
        """A lookup asks for both kinds of address, in whichever order: each kind is counted."""
        answers = ZONE.get(name, [[]])
        number = next(self.lookups.setdefault(f"{name} {kind}", itertools.count()))
        return answers[min(number, len(answers) - 1)]

    @staticmethod
    def _labels(encoded: bytes) -> Iterator[str]:
        while encoded:
            yield encoded[1 : encoded[0] + 1].decode()
            encoded = encoded[encoded[0] + 1 :]


def plain(url: str) -> None:
    """What most would write."""
    import requests

    requests.get(url, timeout=2)


def checked_first(url: str) -> None:
    """The usual guard: look whether the host is public, and then fetch."""
    name = urllib.parse.urlsplit(url).hostname
    found = socket.getaddrinfo(name, None)
    if all(ipaddress.ip_address(sockaddr[0]).is_global for *_, sockaddr in found):
        plain(url)


def inside() -> None:
    """In the namespace."""
    sys.path.insert(0, str(ROOT))
    from django.conf import settings

    settings.configure(OUTBOUND_ALLOWED_NETWORKS=(), OUTBOUND_ALLOWED_PORTS=frozenset())
    from core.outbound import fetch, post

    servers, names = Servers(), NameServer()

    def reached(way: Callable[[str], object], urls: list[str], came: Callable[[], bool] = servers.inner) -> list[str]:
        """The URLs that led to a target."""
        successful = []
        for url in urls:
            names.begin()
            servers.visits.clear()
            for _ in range(2):  # what was kept or noted the first time may help the second
                with contextlib.suppress(Exception):
                    way(url)
            time.sleep(0.01)
            if came():
                successful.append(url)
        return successful

    def fetched(urls: list[str]) -> int:
        """How many URLs are fetched as they should be."""
        names.begin()
        return sum(fetch(url).content == b"ok" for url in urls)

    def webhook(url: str) -> None:
        post(url, body=b"{}", headers={})

    urls = attacks()
    plainly = len(reached(plain, urls))
    print(f"plain requests: {plainly} of {len(urls)} URLs reach a target")
    print(f"checked, then fetched: {len(reached(checked_first, urls))} of {len(urls)}")
    proper = fetched(LEGITIMATE)
    print(f"core.outbound: {proper} of {len(LEGITIMATE)} proper addresses are fetched")
    successes = {"fetch": reached(fetch, urls), "post": reached(webhook, urls)}
    settings.OUTBOUND_ALLOWED_NETWORKS = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
    opened = fetched([f"http://{host(address)}/" for address in OPENED])
    print(f"core.outbound: {opened} of {len(OPENED)} inner addresses are fetched once they are opened")
    successes["fetch of metadata, everything opened"] = reached(fetch, urls, servers.metadata)
    for name, found in successes.items():
        print(f"core.outbound, {name}: {len(found)} of {len(urls)}", *found)
    if plainly < 46 or proper < len(LEGITIMATE) or opened < len(OPENED):
        print("the cases prove nothing here")
        sys.exit(1)
    finish("attacks", sum(map(len, successes.values())), at_most=0)


if __name__ == "__main__":
    inside() if "--inside" in sys.argv else main()
