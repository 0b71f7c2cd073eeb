"""`/api/backups/`."""

# ruff: noqa: F811  # fixtures that are imported are named again where they are used

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from backups.models import Backup, Check, Download
from tests import broker

from .made_backups import checked, downloaded, failed, made, partial, running, waiting, zip_of
from .operators import api, operator, outsider_api, pages  # noqa: F401

URL = "/api/backups/"


def url(backup: Backup, name: str = "") -> str:
    return f"{URL}{backup.pk}/{name}{'/' if name else ''}"


def test_the_list_has_every_state_newest_first(api: APIClient, operator: User):
    complete, lacking = made(0), partial(1)
    broken, under_way = failed(), running(asked_by=operator)
    made(2, removed_at=timezone.now())
    results = api.get(URL).json()["results"]
    assert [result["id"] for result in results] == [str(each.pk) for each in (under_way, broken, lacking, complete)]
    assert [result["status"] for result in results] == ["running", "failed", "partial", "complete"]
    assert [result["asked_by"] for result in results] == [operator.email, None, None, None]
    assert results[1]["error"] == {"code": "no_space", "message": broken.error_message}
    assert (results[1]["download"], results[0]["error"]) == (None, None)
    assert (results[0]["step"], results[0]["progress_done"], results[0]["progress_total"]) == (
        "files",
        3 << 20,
        6 << 20,
    )
    assert results[2]["problem_count"] == 2
    assert results[2]["problems"][0]["reason"] == "missing"


def test_the_pace_of_its_step(api: APIClient):
    backup = running(step_started_at=timezone.now() - timedelta(seconds=6))
    body = api.get(url(backup)).json()
    assert body["bytes_per_second"] == pytest.approx(512 << 10, rel=0.2)
    assert body["seconds_left"] == pytest.approx(6, rel=0.2)
    for values in ({"step_started_at": timezone.now()}, {"status": "pending", "claim": None}):
        Backup.objects.update(**values)
        body = api.get(url(backup)).json()
        assert (body["bytes_per_second"], body["seconds_left"]) == (None, None)
    check = checked(made(), status="completed", progress_done=1, progress_total=2, step_started_at=timezone.now())
    [body] = api.get(url(check.backup, "checks")).json()["results"]
    assert (body["bytes_per_second"], body["seconds_left"]) == (None, None)


def test_one_has_the_facts_of_its_row(api: APIClient):
    backup = made(is_encrypted=True, copied_at=timezone.now(), copy_storage="s3")
    body = api.get(url(backup)).json()
    for field in ("name", "kind", "size_bytes", "sha256", "is_encrypted", "vendor", "database_bytes", "row_count"):
        assert body[field] == getattr(backup, field)
    assert (body["file_count"], body["file_bytes"], body["copy_storage"], body["removed_at"]) == (1, 1024, "s3", None)
    assert body["download"] == f"http://testserver{url(backup, 'download')}"
    assert "claim" not in body
    gone = made(1, removed_at=timezone.now())
    assert api.get(url(gone)).json()["download"] is None


def test_pages_of_the_list_and_the_number_of_queries(api: APIClient, django_assert_num_queries):
    for number in range(3):
        made(number)
    with django_assert_num_queries(3):
        api.get(URL)
    for number in range(3, 25):
        made(number)
    api.handler._force_user = User.objects.get()  # permissions are read anew
    with django_assert_num_queries(3):
        first = api.get(URL).json()
    second = api.get(first["next"]).json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (20, 5, None)
    assert api.get(f"{URL}?cursor=nonsense").status_code == 404


def test_a_backup_is_asked_for_once(api: APIClient, operator: User, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = api.post(URL)
    assert response.status_code == 202
    backup = Backup.objects.get()
    assert response["Location"] == url(backup)
    body = response.json()
    assert (body["id"], body["status"], body["kind"]) == (str(backup.pk), "waiting", "manual")
    assert body["asked_by"] == operator.email
    assert [name for name, _ in broker.messages()] == ["core.long_work"]
    again = api.post(URL)
    assert (again.status_code, again.json()["code"]) == (409, "backup_running")
    assert Backup.objects.count() == 1


@pytest.mark.parametrize(("name", "kind"), [("verify", "verification"), ("drill", "drill")])
def test_checks_are_asked_for_once(api: APIClient, operator: User, name: str, kind: str):
    backup = made()
    response = api.post(url(backup, name))
    assert response.status_code == 202
    assert response["Location"] == url(backup, "checks")
    body = response.json()
    assert (body["backup"], body["kind"], body["status"]) == (str(backup.pk), kind, "waiting")
    assert body["asked_by"] == operator.email
    again = api.post(url(backup, name))
    assert (again.status_code, again.json()["code"]) == (409, "busy")
    without = api.post(url(failed(), name))
    assert (without.status_code, without.json()["code"]) == (409, "no_file")
    assert Check.objects.count() == 1


def test_the_checks_of_one(api: APIClient):
    backup = made()
    checked(backup)
    checked(backup, kind="verification", status="failed", error_code="damaged", error_message="Cut.", row_count=None)
    checked(made(1))
    latest, first = api.get(url(backup, "checks")).json()["results"]
    assert (latest["kind"], latest["status"], latest["row_count"]) == ("verification", "failed", None)
    assert latest["error"] == {"code": "damaged", "message": "Cut."}
    assert (first["kind"], first["status"], first["error"], first["row_count"]) == ("drill", "passed", None, 1234)


def test_delete_takes_the_file(api: APIClient, backup_dir):
    backup, other = made(0), made(1)
    assert api.delete(url(backup)).status_code == 204
    assert [path.name for path in backup_dir.iterdir()] == [other.name]
    assert api.delete(url(backup)).status_code == 404
    last = api.delete(url(other))
    assert (last.status_code, last.json()["code"]) == (409, "last_good_backup")
    pending = api.delete(url(waiting()))
    assert (pending.status_code, pending.json()["code"]) == (409, "backup_running")
    checked(other, status="pending", lease_until=timezone.now(), finished_at=None)
    looked_at = api.delete(url(other))
    assert (looked_at.status_code, looked_at.json()["code"]) == (409, "backup_checked")
    assert [path.name for path in backup_dir.iterdir()] == [other.name]


def test_the_file_whole_and_in_part(api: APIClient, operator: User):
    backup, content = made(), zip_of(0)
    response = api.get(url(backup, "download"), headers={"Accept": "application/zip"})
    assert (response.status_code, response.getvalue()) == (200, content)
    assert response["Content-Disposition"] == f'attachment; filename="{backup.name}"'
    part = api.get(url(backup, "download"), headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.getvalue()) == (206, content[10:20])
    beyond = api.get(url(backup, "download"), headers={"Range": "bytes=999999-"})
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range_not_satisfiable")
    assert beyond["Content-Range"] == f"bytes */{len(content)}"
    head = api.head(url(backup, "download"))
    assert (head.status_code, head["Content-Length"], head.content) == (200, str(len(content)), b"")
    rows = list(Download.objects.order_by("at").values_list("email", "way", "first_byte", "last_byte"))
    assert rows == [(operator.email, "api", 0, len(content) - 1), (operator.email, "api", 10, 19)]


def test_a_file_that_is_not_here(api: APIClient, backup_dir):
    backup = made()
    (backup_dir / backup.name).unlink()
    response = api.get(url(backup, "download"))
    assert (response.status_code, response.json()["code"]) == (404, "not_here")
    assert api.get(url(failed(), "download")).status_code == 404


def test_the_log_of_downloads(api: APIClient, operator: User, django_assert_num_queries):
    backup = made()
    downloaded(backup, operator, address="2001:db8::17")
    downloaded(backup, operator, first_byte=10, way="api")
    with django_assert_num_queries(3):
        latest, first = api.get(f"{URL}downloads/").json()["results"]
    assert (latest["is_whole"], first["is_whole"]) == (False, True)
    assert (first["backup"], first["name"], first["email"]) == (str(backup.pk), backup.name, operator.email)
    assert (first["way"], first["address"], first["first_byte"]) == ("page", "2001:db8::17", 0)
    assert api.get(f"{URL}downloads/?limit=1").json()["next"] is not None


def test_visitors_are_refused_and_to_others_nothing_is_there(outsider_api: APIClient):
    backup = made()
    asked = [
        *(("get", path) for path in (URL, url(backup), url(backup, "checks"), url(backup, "download"))),
        *(("post", path) for path in (URL, url(backup, "verify"), url(backup, "drill"))),
        *(
            ("get", f"{URL}downloads/"),
            ("delete", url(backup)),
            ("put", url(backup)),
            ("head", url(backup, "download")),
        ),
    ]
    for method, path in asked:
        assert getattr(APIClient(), method)(path).status_code == 401, path
        refused = getattr(outsider_api, method)(path, headers={"Accept": "text/html" if method == "get" else "*/*"})
        assert refused.status_code == 404, path
    assert (Backup.objects.get().removed_at, Check.objects.count(), Download.objects.count()) == (None, 0, 0)


def test_unknown_ids_and_wrong_methods(api: APIClient):
    backup = made()
    unknown = f"{URL}{uuid.uuid4()}/"
    for path in (unknown, f"{unknown}checks/", f"{unknown}download/", f"{URL}not-an-id/"):
        assert api.get(path).status_code == 404
    assert api.delete(unknown).status_code == 404
    assert api.post(f"{unknown}drill/").status_code == 404
    for path in (url(backup), url(backup, "checks"), url(backup, "download"), f"{URL}downloads/"):
        assert api.post(path).status_code == 405
        assert api.put(path).status_code == 405
    assert api.get(url(backup, "verify")).status_code == 405


def test_every_address_opens_in_a_browser(pages):
    backup = made()
    checked(backup)
    for path in (URL, url(backup), url(backup, "checks"), f"{URL}downloads/"):
        response = pages.get(path, headers={"Accept": "text/html"})
        assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
