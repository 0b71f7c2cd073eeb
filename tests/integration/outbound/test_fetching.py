"""What a fetch asks for and what it returns."""

import pytest

from core.outbound import OutboundError, fetch

from .servers import always, answer


def test_the_content_its_type_and_its_address_are_returned(serve):
    server = serve(always(answer(b"\x89PNG", head="Content-Type: Image/PNG; charset=x")))
    fetched = fetch(f"{server.url}/a.png?b=ä#c")
    assert (fetched.content, fetched.content_type) == (b"\x89PNG", "image/png")
    assert fetched.url == f"{server.url}/a.png?b=%C3%A4#c"


def test_a_request_says_what_it_wants_and_nothing_of_the_environment(serve, monkeypatch, tmp_path):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret")
    server = serve(always(answer(head="Set-Cookie: session=1")))
    fetch(f"{server.url}/a")
    fetch(f"{server.url}/b", accept="text/csv")
    first, second = (request.decode().split("\r\n") for request in server.requests)
    assert first[:2] == ["GET /a HTTP/1.1", f"Host: 127.0.0.1:{server.port}"]
    assert sorted(first[2:-2]) == ["Accept-Encoding: identity", "Accept: image/*,*/*;q=0.5", "User-Agent: PoseSite"]
    assert sorted(second[2:-2]) == ["Accept-Encoding: identity", "Accept: text/csv", "User-Agent: PoseSite"]


def test_chunks_are_put_together(serve):
    server = serve(always(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
    assert fetch(server.url).content == b"abcde"


def test_an_answer_without_length_ends_with_the_connection(serve):
    server = serve(always(b"HTTP/1.0 200 OK\r\n\r\nabc", is_kept=False))
    assert fetch(server.url).content == b"abc"


def test_an_empty_answer_is_one(serve):
    assert fetch(serve(always(b"HTTP/1.1 204 No Content\r\n\r\n")).url).content == b""


@pytest.mark.parametrize("status", [206, 300, 304, 400, 404, 429, 500, 503])
def test_only_success_is_taken(serve, status):
    server = serve(always(answer(b"secret", status=f"{status} Secret", head="")))
    if status == 206:
        assert fetch(server.url).content == b"secret"
        return
    with pytest.raises(OutboundError) as refused:
        fetch(server.url)
    assert refused.value.code == f"http_status_{status}"
    assert "ecret" not in refused.value.message


def test_ipv6_is_spoken(serve):
    server = serve(always(answer(b"six")), host="::1")
    assert fetch(f"http://[::1]:{server.port}/").content == b"six"
    assert f"Host: [::1]:{server.port}".encode() in server.requests[0]
