"""A backup's file over HTTP: by page and by e-mailed link, whole and in part, and the log of it."""

# ruff: noqa: F811  # fixtures that are imported are named again where they are used

import logging
import re
import time
import uuid
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from backups.models import Backup, Download
from backups.services import downloading, links
from backups.services.downloading import Requester, part_of

from .made_backups import downloaded, failed, made, running, zip_of
from .operators import operator, outsider, pages  # noqa: F401

CONTENT = zip_of(0)


def url(backup: Backup) -> str:
    return reverse("backups:download", args=[backup.name])


def link(backup: Backup) -> str:
    return links.link_to(backup)


@pytest.fixture
def backup(backup_dir) -> Backup:
    return made()


def test_the_whole_file(pages: Client, operator: User, backup: Backup, caplog):
    with caplog.at_level(logging.INFO, "backups"):
        response = pages.get(url(backup))
    assert response.status_code == 200
    assert response.getvalue() == CONTENT
    assert response.headers["Content-Length"] == str(len(CONTENT))
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{backup.name}"'
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["ETag"] == f'"{backup.sha256}"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response.headers["Cache-Control"]
    row = Download.objects.get()
    assert (row.backup, row.user, row.email, row.way) == (backup, operator, operator.email, "page")
    assert (row.address, row.first_byte, row.last_byte, row.is_whole) == ("127.0.0.1", 0, len(CONTENT) - 1, True)
    assert f"backup {backup.name}: bytes 0 to {len(CONTENT) - 1}" in caplog.text


def test_parts_make_the_whole(pages: Client, backup: Backup):
    first = pages.get(url(backup), headers={"Range": "bytes=0-99"})
    rest = pages.get(url(backup), headers={"Range": "bytes=100-", "If-Range": first.headers["ETag"]})
    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.headers["Content-Range"] == f"bytes 0-99/{len(CONTENT)}"
    assert first.headers["Content-Length"] == "100"
    assert first.getvalue() + rest.getvalue() == CONTENT
    ranges = [(row.first_byte, row.last_byte, row.is_whole) for row in Download.objects.order_by("first_byte")]
    assert ranges == [(0, 99, False), (100, len(CONTENT) - 1, False)]


def test_the_part_of_another_file_is_the_whole_of_this_one(pages: Client, backup: Backup):
    headers = {"Range": "bytes=100-", "If-Range": '"another"'}
    response = pages.get(url(backup), headers=headers)
    assert (response.status_code, response.getvalue()) == (200, CONTENT)
    response = pages.get(url(backup), headers={"Range": "bytes=0-1,5-6"})
    assert (response.status_code, response.getvalue()) == (200, CONTENT)


def test_beyond_the_end_is_refused_and_no_download(pages: Client, backup: Backup):
    response = pages.get(url(backup), headers={"Range": f"bytes={len(CONTENT)}-"})
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert not Download.objects.exists()


def test_head_tells_the_size_and_is_no_download(pages: Client, backup: Backup):
    response = pages.head(url(backup), headers={"Range": "bytes=0-9"})
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["Content-Length"] == str(len(CONTENT))
    assert response.headers["Accept-Ranges"] == "bytes"
    assert not Download.objects.exists()


def test_a_large_one_comes_in_pieces(backup_dir, operator: User, backup: Backup):
    with (backup_dir / backup.name).open("r+b") as file:
        file.truncate(3_000_000)
    requester = Requester(user=operator, way="api", address=None)
    pieces = downloading.begin(backup, part_of(backup, wanted="bytes=5-2000000"), requester=requester)
    sizes = [len(piece) for piece in pieces]
    assert (sum(sizes), pieces.size_bytes) == (1_999_996, 1_999_996)
    assert max(sizes) <= 1 << 20
    assert Download.objects.get().address is None


def test_visitors_and_those_without_the_role_get_nothing(client: Client, outsider: Client, backup: Backup):
    for path in (url(backup), link(backup), f"{link(backup)}?download"):
        assert client.get(path)["Location"].startswith(reverse("accounts:login"))
        assert outsider.get(path).status_code == 404
        assert outsider.head(path).status_code == 404
    assert not Download.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        *("..%2fposesite.sqlite3", "%2e%2e%2fposesite.sqlite3", "..%5cposesite.sqlite3", "%2fetc%2fpasswd", ".."),
        *("2026-01-02-backup.zip", "unknown-backup.zip", ".lock", "secret.txt", "2026-01-01-backup.zip%00", "%ff"),
        *("2026-01-01-BACKUP.zip", "./2026-01-01-backup.zip%2f", "x" * 5000),
    ],
)
def test_only_recorded_names_are_served(pages: Client, backup_dir, backup: Backup, name: str):
    (backup_dir / "2026-01-02-backup.zip").write_bytes(b"no row names it")
    (backup_dir / "secret.txt").write_bytes(b"secret")
    (backup_dir.parent / "posesite.sqlite3").write_bytes(b"the database")
    assert pages.get(f"/backups/files/{name}").status_code == 404
    assert not Download.objects.exists()


def test_what_is_not_complete_or_was_deleted_is_not_served(pages: Client, backup_dir):
    for backup in (failed(name="2026-02-01-backup.zip"), running(name="2026-02-02-backup.zip")):
        (backup_dir / backup.name).parent.mkdir(exist_ok=True)
        (backup_dir / backup.name).write_bytes(b"half of it")
        assert pages.get(url(backup)).status_code == 404
    assert pages.get(url(made(3, removed_at=timezone.now()))).status_code == 404


def test_a_file_that_is_not_here_is_told(pages: Client, backup_dir, backup: Backup):
    (backup_dir / backup.name).unlink()
    path = link(backup)
    for response in (pages.get(url(backup)), pages.head(url(backup)), pages.get(path), pages.get(f"{path}?download")):
        assert response.status_code == 404
    assert "is not in this machine's folder of backups" in pages.get(url(backup)).content.decode().replace(
        "&#x27;", "'"
    )
    assert not Download.objects.exists()


def test_other_methods_are_refused(pages: Client, backup: Backup):
    assert pages.post(url(backup)).status_code == 405
    assert pages.delete(link(backup)).status_code == 405


def test_a_link_leads_to_a_page_that_says_what_it_is_of(pages: Client, backup: Backup, monkeypatch):
    path, now = link(backup), time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now)
    response = pages.get(path, headers={"Range": "bytes=0-9"})
    assert response.status_code == 200
    page = " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())
    said = rf"{re.escape(backup.name)} Size 1\.\d KB Made .* ago 2026-01-01 23:59:00 UTC Link ends in 24 h 20"
    assert re.search(said, page)
    assert 'href="?download">Download</a>' in response.content.decode()
    assert 'href="/backups/">All backups</a>' in response.content.decode()
    assert pages.head(path).headers.get("Accept-Ranges") is None
    assert not Download.objects.exists()


def test_a_link_serves_the_same_file_after_a_login(pages: Client, backup: Backup):
    path = f"{link(backup)}?download"
    response = pages.get(path)
    assert (response.status_code, response.getvalue()) == (200, CONTENT)
    assert Download.objects.get().way == "link"
    assert pages.get(path, headers={"Range": "bytes=-5"}).getvalue() == CONTENT[-5:]
    assert pages.head(path).headers["Content-Length"] == str(len(CONTENT))


def test_a_link_ends_after_a_day(pages: Client, backup: Backup, monkeypatch):
    old = link(backup)
    now = time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 86_401)
    assert pages.get(f"{old}?download").status_code == 410
    response = pages.get(old)
    assert response.status_code == 410
    page = response.content.decode()
    assert "This link has ended" in page
    assert 'href="/backups/"' in page
    assert not Download.objects.exists()


def test_a_made_up_link_has_ended_too(pages: Client, backup: Backup):
    token = link(backup).rstrip("/").rpartition("/")[2]
    for made_up in (token[:-1] + ("A" if token[-1] != "A" else "B"), signing.dumps(str(backup.pk)), "nonsense"):
        assert pages.get(f"/backups/link/{made_up}/").status_code == 410
    gone = made(1, removed_at=timezone.now())
    assert pages.get(link(gone)).status_code == 404


def test_the_token_of_a_link_is_in_no_log(pages: Client, backup: Backup, caplog):
    path = link(backup)
    with caplog.at_level(logging.INFO):
        pages.get(path)
        pages.get(f"{path}?download").getvalue()
    assert "/backups/link/***/" in caplog.text
    assert path not in caplog.text


def test_the_log_says_who_took_what_from_where(pages: Client, operator: User, backup: Backup):
    now = timezone.now()
    downloaded(backup, operator, at=now - timedelta(hours=3))
    downloaded(backup, way="link", address="2001:db8::17", at=now - timedelta(hours=2), first_byte=1000)
    downloaded(backup, operator, way="api", address=None, at=now - timedelta(hours=1))
    page = pages.get("/backups/downloads/").content.decode()
    shown = [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)]
    rest = len(CONTENT) - 1000
    assert shown[1:] == [
        f"{operator.email} 1 hour ago {backup.name} Whole file API unknown",
        f"gone@example.org 2 hours ago {backup.name} {rest} bytes from byte 1,000 on Link in an e-mail 2001:db8::17",
        f"{operator.email} 3 hours ago {backup.name} Whole file Page 192.0.2.7",
    ]


def test_the_log_goes_a_page_at_a_time(pages: Client, operator: User, backup: Backup, django_assert_num_queries):
    downloaded(backup, operator)
    pages.get("/backups/downloads/")
    with django_assert_num_queries(5):
        pages.get("/backups/downloads/")
    for _ in range(26):
        downloaded(backup, operator)
    with django_assert_num_queries(5):
        page = pages.get("/backups/downloads/").content.decode()
    assert page.count("<tr>") == 26
    [older] = re.findall(r'rel="next" href="([^"]*)"', page)
    assert pages.get(older).content.decode().count("<tr>") == 3


def test_an_empty_log(pages: Client):
    assert "No download yet" in pages.get("/backups/downloads/").content.decode()
    assert pages.get(f"/backups/downloads/?before={uuid.uuid4()}").status_code == 200
