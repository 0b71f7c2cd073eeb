"""nginx takes the configuration, both ways of running it."""

import shutil
import subprocess
from pathlib import Path

import pytest

NGINX = Path(__file__).resolve().parents[3] / "deploy" / "nginx"


def checked(folder: Path, site: str) -> str:
    """What `nginx -t` says, with the files where `folder` has them."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    for file in NGINX.iterdir():
        text = file.read_text().replace("/tmp/", "/etc/nginx/").replace("/etc/nginx/", f"{folder}/")
        (folder / file.name).write_text(text)
    shutil.copy(folder / f"{site}.conf", folder / "site.conf")
    command = [program, "-t", "-p", folder, "-c", folder / "nginx.conf"]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=20).stderr


def make_certificate(folder: Path) -> None:
    folder.mkdir()
    names = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem", "-subj", "/CN=pose.example"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *names]
    subprocess.run(command, check=True, capture_output=True, timeout=20)


def test_another_proxy_in_front(tmp_path):
    assert "test is successful" in checked(tmp_path, "plain")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed: no certificate can be made")
def test_tls_ended_in_nginx(tmp_path):
    make_certificate(tmp_path / "certificates")
    assert "test is successful" in checked(tmp_path, "tls")


def test_the_largest_body_is_the_same_as_the_sites_own(settings):
    """Larger, and the site would close the connection while nginx sends; smaller, and photos would be refused."""
    megabytes = settings.MAX_BODY_BYTES >> 20
    assert f"client_max_body_size {megabytes}m;" in (NGINX / "nginx.conf").read_text()
    proxy = (NGINX / "proxy.conf").read_text()
    [larger] = {-(-limit >> 20) for limit in settings.LARGER_BODIES.values()}
    assert f"larger than {megabytes} MB, or than {larger} MB" in proxy
    assert f"client_max_body_size {larger}m;" in proxy
    assert "location ~ ^/(frames/|api/depth-scans) {" in proxy
    assert set(settings.LARGER_BODIES) == {"/frames/", "/api/depth-scans"}


def test_what_clients_claim_of_themselves_is_believed_only_behind_another_proxy():
    plain, tls = (NGINX / "plain.conf").read_text(), (NGINX / "tls.conf").read_text()
    assert "$proxy_add_x_forwarded_for" in plain
    assert "$http_x_forwarded" not in tls
    assert "set $forwarded_for $remote_addr;" in tls
