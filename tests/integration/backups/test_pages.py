"""The pages of backups: the list, one backup, and what can be asked for there."""

# ruff: noqa: F811  # fixtures that are imported are named again where they are used

import html
import re
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from backups.models import Backup, Check
from backups.services import folder
from core.work import claims
from tests import broker

from .made_backups import checked, failed, made, partial, running, told, waiting
from .operators import operator, outsider, pages  # noqa: F401

LIST = "/backups/"
HTMX = {"HX-Request": "true"}


def text(response) -> str:
    """What is read, without markup, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


def url(backup: Backup, name: str = "backup") -> str:
    return reverse(f"backups:{name}", args=[backup.pk])


def digest_of(response) -> str:
    [digest] = re.findall(r'"X-Seen": "(\w+)"', html.unescape(response.content.decode()))
    return digest


def rows(response) -> list[str]:
    [body] = re.findall(r"<tbody>(.*?)</tbody>", response.content.decode(), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)]


ACTIONS = ("verify", "drill", "delete")


def test_visitors_are_sent_to_log_in_and_nothing_happens(client, db, backup_dir):
    backup = made()
    for path in (LIST, url(backup), url(backup, "delete"), "/backups/downloads/"):
        assert client.get(path)["Location"] == f"{reverse('accounts:login')}?next={path}"
    for path in ("/backups/run/", *(url(backup, name) for name in ACTIONS)):
        assert client.post(path)["Location"].startswith(reverse("accounts:login"))
    assert (Backup.objects.get().removed_at, Check.objects.count()) == (None, 0)


def test_without_the_role_nothing_is_there(outsider):
    backup = made()
    for path in (LIST, url(backup), url(backup, "delete"), "/backups/downloads/", "/backups/run/"):
        assert outsider.get(path).status_code == 404
    for path in (LIST, "/backups/run/", *(url(backup, name) for name in ACTIONS)):
        assert outsider.post(path).status_code == 404
    assert (Backup.objects.get().removed_at, Check.objects.count()) == (None, 0)
    assert "Backups" not in outsider.get("/").content.decode()


def test_unknown_ids_and_wrong_methods(pages):
    backup = made()
    assert pages.get(f"/backups/{uuid.uuid4()}/").status_code == 404
    assert pages.post(f"/backups/{uuid.uuid4()}/drill/").status_code == 404
    assert pages.get("/backups/not-an-id/").status_code == 404
    for path in (LIST, url(backup), "/backups/downloads/"):
        assert pages.post(path).status_code == 405
    for path in ("/backups/run/", url(backup, "verify"), url(backup, "drill")):
        assert pages.put(path).status_code == 405
    assert (Backup.objects.count(), Check.objects.count()) == (1, 0)


def test_the_address_that_a_refused_post_leaves_leads_to_where_it_was_asked(pages):
    backup = made()
    leads = {"/backups/run/": LIST, url(backup, "verify"): url(backup), url(backup, "drill"): url(backup)}
    for path, target in leads.items():
        assert (pages.get(path)["Location"], pages.head(path)["Location"]) == (target, target)
    assert pages.get(f"/backups/{uuid.uuid4()}/verify/").status_code == 404
    assert (Backup.objects.count(), Check.objects.count()) == (1, 0)


def test_an_empty_list_says_what_comes_tonight(pages, settings, backup_dir):
    settings.BACKUP_PASSPHRASE, settings.BACKUP_COPY_TO = "", ""
    page = text(pages.get(LIST))
    assert "The first one is made tonight at 23:59" in page
    assert "Newest good backup None Last restore drill None yet One is run every Sunday at 4:30." in page
    assert "Second copy None" in page
    assert "Encryption Off" in page
    assert re.search(rf"Folder [\d.]+ [KMGT]B free {re.escape(str(backup_dir))}", page)
    assert "There is no good backup" not in page
    assert not backup_dir.exists()


def test_a_site_whose_nights_made_nothing_is_warned(pages, operator):
    type(operator).objects.update(joined_at=timezone.now() - timedelta(hours=27))
    assert "There is no good backup. One should be made every night at 23:59" in text(pages.get(LIST))


def test_a_fresh_backup_and_a_passed_drill_are_told(pages, settings):
    settings.BACKUP_PASSPHRASE, settings.BACKUP_COPY_TO = "secret words", "s3"
    good = made(started_at=timezone.now() - timedelta(hours=25))
    checked(good)
    page = text(pages.get(LIST))
    assert f"Newest good backup 1 day ago {good.name}" in page
    assert f"Last restore drill Passed just now {good.name}" in page
    assert "Second copy In s3 Encryption On" in page
    assert "secret words" not in page
    assert "older than 26 hours" not in page


def test_an_old_backup_a_failed_drill_and_a_missing_copy_are_told(pages, settings):
    settings.BACKUP_COPY_TO = "s3"
    old = made(started_at=timezone.now() - timedelta(hours=27), copy_storage="s3", copy_error="S3 is down.")
    checked(old, finished_at=timezone.now() - timedelta(days=8))
    checked(old, status="failed", error_code="rows_differ", error_message="12 rows and not 13.")
    page = text(pages.get(LIST))
    assert "The newest good backup is older than 26 hours." in page
    assert "Failed just now 12 rows and not 13. The last one that passed was 1 week ago." in page
    assert "Second copy Not made To s3: S3 is down." in page


def test_a_copy_beside_the_photos_is_no_comfort(pages, settings):
    settings.BACKUP_COPY_TO = "local"
    response = pages.get(LIST)
    assert "Second copy In local The photos live there too, and it would be lost with them." in text(response)
    assert re.search(r'class="is-warn">\s*<dt>Second copy', response.content.decode())


def test_every_state_has_its_line_and_only_files_are_downloaded(pages, operator):
    complete = made(0, is_encrypted=True)
    damaged = made(1, verify_error="It is cut short.")
    lacking = partial(2, drilled_at=timezone.now())
    failed()
    made(3, removed_at=timezone.now())
    running(asked_by=operator)
    checked(complete, status="pending", lease_until=timezone.now(), finished_at=None)
    response = pages.get(LIST)
    shown = rows(response)
    assert len(shown) == 5
    assert re.fullmatch(r"Manual backup Manual · Olga Operator just now – Running – –", shown[0])
    assert shown[1].startswith("Scheduled backup Scheduled just now – Failed The disk of /srv/backups was full")
    assert re.search(r"Partial 2 files missing or damaged .* ago just now Download$", shown[2])
    assert re.search(r"KB Complete Damaged Not yet Download$", shown[3])
    assert re.search(r"KB Complete Encrypted .* ago Under way Download$", shown[4])
    links = re.findall(r'href="/backups/files/([^"]*)" [^>]*download', response.content.decode())
    assert links == [lacking.name, damaged.name, complete.name]


def test_the_list_goes_a_page_at_a_time(pages):
    for number in range(27):
        made(number)
    first = pages.get(LIST)
    [older] = re.findall(r'rel="next"[^>]*href="([^"#]*)', first.content.decode())
    second = pages.get(html.unescape(older))
    assert (len(rows(first)), len(rows(second))) == (25, 2)
    assert 'rel="prev"' in second.content.decode()
    assert pages.get(f"{LIST}?before=nonsense&after=2026").status_code == 200


def test_the_number_of_queries_does_not_grow(pages, django_assert_num_queries):
    for number in range(3):
        checked(made(number))
    pages.get(LIST)
    with django_assert_num_queries(10):
        pages.get(LIST)
    for number in range(3, 20):
        checked(made(number), status="pending", lease_until=timezone.now(), finished_at=None)
    with django_assert_num_queries(10):
        pages.get(LIST)


def test_what_is_under_way_is_watched(pages, operator, monkeypatch):
    monkeypatch.setattr(folder, "free_bytes", lambda: 10 << 30)  # the machine's own changes under the test's hands
    backup = running(asked_by=operator)
    response = pages.get(LIST)
    assert "Adding the files 50 % 3.0 MB of 6.0 MB 50 % Olga Operator · begun just now" in text(response)
    assert 'id="run" aria-disabled="true"' in response.content.decode()
    seen = {**HTMX, "X-Seen": digest_of(response)}
    assert pages.get(LIST, headers=seen).status_code == 204
    Backup.objects.filter(pk=backup.pk).update(step="verifying", progress_done=0, progress_total=0)
    refreshed = pages.get(LIST, headers=seen)
    assert "<html" not in refreshed.content.decode()
    assert "Verifying every byte Olga Operator" in text(refreshed)
    assert re.search(r'<progress class="backup-bar" aria-label="Verifying every byte">', refreshed.content.decode())
    Backup.objects.all().delete()
    assert "hx-get" not in pages.get(LIST, headers=seen).content.decode()


@pytest.mark.parametrize(
    ("seconds", "values", "said"),
    [
        (3, {}, r"3\.0 MB of 6\.0 MB · 1\.0 MB a second, about 3 s left 50 %"),
        (600, {"progress_total": 1 << 40}, r"3\.0 MB of 1\.0 TB · 5\.1 KB a second, about 58,\d\d\d h left 0 %"),
        (3, {"progress_done": 6 << 20}, r"6\.0 MB of 6\.0 MB · 2\.0 MB a second 100 %"),
        (2, {}, r"3\.0 MB of 6\.0 MB 50 %"),
        (60, {"progress_total": 0}, r"3\.0 MB so far Command line"),
        (60, {"progress_done": 0}, r"0 bytes of 6\.0 MB 0 %"),
    ],
)
def test_its_pace_is_said_once_it_can_be_measured(pages, monkeypatch, seconds, values, said):
    now = timezone.now()
    monkeypatch.setattr("backups.views.progress.timezone.now", lambda: now)
    running(**{"step_started_at": now - timedelta(seconds=seconds), **values})
    assert re.search(said, text(pages.get(LIST)))


def test_a_check_tells_its_pace_too(pages, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr("backups.views.progress.timezone.now", lambda: now)
    claimed = claims.claimed_from_the_start(timedelta(minutes=2))
    backup = made()
    values = {"step": "files", "step_started_at": now - timedelta(seconds=4), "finished_at": None}
    checked(backup, **claimed, **values, progress_done=4 << 20, progress_total=12 << 20)
    assert "1.0 MB a second, about 8 s left" in text(pages.get(url(backup)))


@pytest.mark.parametrize(("minutes", "is_told"), [(1, False), (3, True)])
def test_one_that_waits_for_long_has_no_worker(pages, minutes, is_told):
    waiting(queued_at=timezone.now() - timedelta(minutes=minutes))
    page = text(pages.get(LIST))
    assert "Waiting for a worker" in page
    assert (f"No worker has taken it up for {minutes}" in page) == is_told


def test_a_worker_that_was_lost_is_told(pages):
    running(lease_until=timezone.now() - timedelta(minutes=3))
    assert "Its worker has not been heard of for 3" in text(pages.get(LIST))


def test_back_up_now(pages, operator, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = pages.post("/backups/run/")
    assert response["Location"] == LIST
    backup = Backup.objects.get()
    assert (backup.kind, backup.status, backup.asked_by) == ("manual", "pending", operator)
    assert [name for name, _ in broker.messages()] == ["core.long_work"]
    again = pages.post("/backups/run/")
    assert again.status_code == 409
    assert "A backup is going on already." in text(again)
    assert f'hx-get="{LIST}"' in again.content.decode()
    assert Backup.objects.count() == 1


def test_the_page_of_a_complete_one(pages, backup_dir, operator):
    backup = made(is_encrypted=True, copied_at=timezone.now(), copy_storage="s3", kind="manual", asked_by=operator)
    checked(backup, asked_by=operator)
    checked(backup, status="failed", error_code="rows_differ", error_message="12 rows.", row_count=None)
    told(backup)
    told(backup, status="held", sent_at=None, due_at=timezone.now() + timedelta(minutes=30), last_error="No route.")
    page = text(pages.get(url(backup)))
    assert "Kind Manual Asked for by Olga Operator" in page
    assert "Took 1 min 5 s" in page
    assert "Database PostgreSQL, 1,234 rows, 1.0 MB Files 1 file, 1.0 KB" in page
    assert f"Second copy In s3 SHA-256 {backup.sha256}" in page
    assert "Restore drill just now Olga Operator Passed 1,234 rows, 1 file 0.0 s" in page
    assert "Command or schedule Failed 12 rows. rows_differ" in page
    assert "Backup completed ops@example.org Sent just now" in page
    assert "Tried 1 time, again in 30 min No route." in page
    assert f"manage.py restore {backup_dir / backup.name} --into-empty" in page
    assert "Deleted" not in page


def test_the_page_of_a_partial_one_names_what_is_missing(pages):
    page = text(pages.get(url(partial(problem_count=150))))
    assert "It is partial: 150 files of the site were missing or damaged" in page
    assert "The first 2 of 150 files; manifest.json in the backup has all." in page
    assert "photos/0a/0a6a4c5e.jpg photo 0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10 Missing in the storage" in page


def test_the_page_of_a_failed_one_says_why_and_offers_another(pages):
    backup = failed()
    response = pages.get(url(backup))
    assert "It failed, and nothing of it was kept. The disk of /srv/backups was full" in text(response)
    assert 'formaction="/backups/run/"' in response.content.decode()
    assert "manage.py restore" not in text(response)
    running()
    assert 'formaction="/backups/run/"' not in pages.get(url(backup)).content.decode()


def test_one_that_was_interrupted_is_not_said_to_be_lost(pages):
    """By a restore, which knows only that it was under way: its file may be elsewhere."""
    page = text(pages.get(url(failed(error_code="interrupted", error_message="It was under way then."))))
    assert "It did not come to its end. It was under way then. interrupted" in page
    assert "nothing of it was kept" not in page


def test_the_page_of_a_damaged_one_and_of_one_that_is_gone(pages):
    page = text(pages.get(url(made(verify_error="It is cut short.", drill_error="12 rows and not 13."))))
    assert "It is damaged. It is cut short. Make another one." in page
    assert "It could not be restored as a drill. 12 rows and not 13." in page
    gone = made(1, removed_at=timezone.now())
    page = pages.get(url(gone)).content.decode()
    assert "Deleted just now" in page
    assert url(gone, "delete") not in page.partition("<dialog")[0]
    assert pages.get(url(gone, "delete")).status_code == 404
    assert pages.post(url(gone, "delete")).status_code == 404


@pytest.mark.parametrize(("name", "kind"), [("verify", "verification"), ("drill", "drill")])
def test_checks_are_queued_once(pages, operator, name, kind):
    backup = made()
    assert pages.post(url(backup, name))["Location"] == f"{url(backup)}#checks"
    check = Check.objects.get()
    assert (check.backup, check.kind, check.status, check.asked_by) == (backup, kind, "pending", operator)
    response = pages.get(url(backup))
    assert f'id="{name}" type="button" aria-disabled="true"' in response.content.decode()
    assert "hx-get" in response.content.decode()
    again = pages.post(url(backup, name))
    assert (again.status_code, Check.objects.count()) == (409, 1)
    assert "This is being worked on right now." in text(again)


def test_one_without_a_file_cannot_be_checked(pages):
    backup = failed()
    for name in ("verify", "drill"):
        response = pages.post(url(backup, name))
        assert response.status_code == 409
        assert "This backup has no file to look at." in text(response)
    assert not Check.objects.exists()


def test_delete_asks_and_takes_the_file(pages, backup_dir):
    backup, other = made(0), made(1)
    assert "Delete this backup?" in text(pages.get(url(backup, "delete")))
    assert (backup_dir / backup.name).exists()
    response = pages.post(url(backup, "delete"), follow=True)
    assert f"{backup.name} is deleted." in text(response)
    assert [path.name for path in Path(backup_dir).iterdir()] == [other.name]
    backup.refresh_from_db()
    assert backup.removed_at is not None


def test_the_last_good_one_stays_and_so_does_one_that_is_looked_at(pages, backup_dir):
    backup = made()
    refused = pages.post(url(backup, "delete"))
    assert refused.status_code == 409
    assert "This is the only verified backup. Make another one first." in text(refused)
    looked_at = made(1)
    checked(looked_at, status="pending", lease_until=timezone.now(), finished_at=None)
    refused = pages.post(url(looked_at, "delete"))
    assert refused.status_code == 409
    assert "is being verified or restored" in text(refused)
    assert {path.name for path in Path(backup_dir).iterdir()} == {backup.name, looked_at.name}
