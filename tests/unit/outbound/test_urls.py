"""What a URL's text alone says."""

import pytest

from core.outbound import OutboundError, check_url, host_of
from core.outbound.urls import target_of


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://example.org", "example.org:80"),
        ("HTTPS://EXAMPLE.org/Photo.JPG?a=b#c", "example.org:443"),
        ("https://example.org:80/", "example.org:80"),
        ("http://example.org:/", "example.org:80"),
        ("http://example.org.:0080/", "example.org:80"),
        ("https://münchen.example/", "xn--mnchen-3ya.example:443"),
        ("http://MÜNCHEN.example/", "xn--mnchen-3ya.example:80"),
        ("http://my_bucket.example.org/", "my_bucket.example.org:80"),
        ("http://93.184.216.34/", "93.184.216.34:80"),
        ("http://[2606:2800::1]/", "[2606:2800::1]:80"),
        ("http://[2606:2800:0:0::1]/", "[2606:2800::1]:80"),
        ("http://example.org/a@b:c", "example.org:80"),
        ("http://1.example/", "1.example:80"),
    ],
)
def test_proper_urls_pass_and_name_their_host(url, host):
    check_url(url)
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://example.org", "/"),
        ("http://example.org?q=1#part", "/?q=1"),
        ("http://example.org/größe?ä", "/gr%C3%B6%C3%9Fe?%C3%A4"),
        ("http://example.org/a%20b", "/a%20b"),
        ("http://example.org//evil.example/x", "//evil.example/x"),
    ],
)
def test_the_path_is_made_of_ascii(url, path):
    assert target_of(url).path == path


@pytest.mark.parametrize(
    ("url", "code"),
    [
        *((url, "url_scheme") for url in ("ftp://example.org/", "file:///etc/passwd", "gopher://example.org/")),
        *(
            (url, "url_scheme")
            for url in ("", "example.org/a.jpg", "//example.org/", "data:image/png,x", "localhost:80")
        ),
        *((f"http://example.org:{port}/", "url_port") for port in (0, 22, 8080, 6379, 65535)),
        *((f"http://example.org:{port}/", "url_invalid") for port in (65536, "-1", "x", "8o", "80:80", "８０")),
        *((f"http://{host}/", "url_invalid") for host in ("u@example.org", "u:p@example.org", "@example.org")),
        *(
            (f"http://{host}/", "url_invalid")
            for host in ("", "-a.example", "a..example", "a!b", "a%00b", "a%40b", "a,b")
        ),
        *((f"http://{host}/", "url_invalid") for host in ("127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1")),
        *(
            (f"http://{host}/", "url_invalid")
            for host in ("017700000001", "127.0.0.1.1", "1", "0x", "127.0.0.256", "a.0x7f")
        ),
        *(
            (f"http://{host}/", "url_invalid")
            for host in ("①②⑦.0.0.1", "１２７.0.0.1", "127.0.0.１", "ⓛocalhost", "foo.0x7f")
        ),
        *(
            (f"http://{host}/", "url_invalid")
            for host in ("[::1", "::1", "[::1%25lo]", "[fe80::1%eth0]", "[v1.a]", "[]")
        ),
        *(
            (f"http://{host}/", "url_invalid")
            for host in ("x" * 64, ".".join(["x" * 60] * 5), "xn--\u0661", "a b", "a\tb")
        ),
        ("http://example.org\\@127.0.0.1/", "url_invalid"),
        ("http:\\\\example.org/", "url_invalid"),
        ("http://example.org/a\r\nHost: x", "url_invalid"),
        ("http://example.org/\x00", "url_invalid"),
        ("http://example.org/a\u200bb", "url_invalid"),
        ("http://example.org/a\u2028b", "url_invalid"),
        (" http://example.org/", "url_invalid"),
        ("http:/example.org/", "url_invalid"),
        ("http:example.org", "url_invalid"),
        ("http:///example.org", "url_invalid"),
        ("http://" + "a" * 2042, "url_invalid"),
    ],
)
def test_others_are_refused(url, code):
    with pytest.raises(OutboundError) as refused:
        check_url(url)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_a_url_of_2048_characters_passes_and_of_one_more_does_not():
    longest = "http://example.org/".ljust(2048, "a")
    check_url(longest)
    with pytest.raises(OutboundError):
        check_url(longest + "a")


def test_a_port_may_be_opened(settings):
    settings.OUTBOUND_ALLOWED_PORTS = frozenset({8080})
    assert host_of("http://example.org:8080/") == "example.org:8080"
    with pytest.raises(OutboundError):
        check_url("http://example.org:8081/")


@pytest.mark.parametrize(
    ("code", "is_of_the_host"),
    [
        *((code, True) for code in ("dns_failed", "connect_timeout", "connect_failed", "tls_error", "timeout_total")),
        *((code, True) for code in ("short_body", "bad_response", "http_status_500", "http_status_503")),
        *((code, False) for code in ("url_invalid", "url_scheme", "url_port", "address_blocked", "too_large")),
        *((code, False) for code in ("too_many_redirects", "encoded_body", "http_status_404", "http_status_302")),
        ("http_status_429", True),
    ],
)
def test_an_error_says_whether_the_whole_host_is_in_trouble(code, is_of_the_host):
    error = OutboundError(code)
    assert error.is_of_the_host is is_of_the_host
    assert error.message.endswith(".")
