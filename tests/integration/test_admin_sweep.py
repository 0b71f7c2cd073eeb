"""Every page of the admin, found through what is registered there."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiSession, User
from core.work import claims
from poses.models import Arrival, MirrorCheck, Photo, Removal
from tests.integration.backups.made_backups import checked, downloaded, made, told
from tests.integration.batches.batch_rows import finished_batch
from tests.integration.frames.scan_rows import scan_with_rows
from tests.integration.poses.admin_rows import uploaded

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
LABELS = [model._meta.label for model in MODELS]


def make_rows(owner: User, numbers: range) -> None:
    """Rows of every registered kind; a photo brings what was found on it, a batch its images, a scan its import."""
    for number in numbers:
        photo = uploaded(owner, number)
        person = User.objects.create(email=f"user-{number}@example.org")
        Group.objects.create(name=f"group {number}")
        MirrorCheck.objects.create(photo=photo, asked_by=person, **claims.queued())
        finished_batch(owner, number)
        scan_with_rows(owner, number)
        Arrival.objects.create(owner=owner, bucket="photos", key=f"uploads/{number}", etag="e", size_bytes=1)
        Removal.objects.create(name=f"{number}.jpg")
        backup = made(number)
        checked(backup)
        told(backup)
        downloaded(backup, person)
        ApiSession.objects.create(user=person, refresh_jti=f"{number}", expires_at=timezone.now() + timedelta(days=1))


def url_of(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def pages() -> list[str]:
    """Every page that the registered models have rows for, and those of the site."""
    found = [reverse("admin:index")]
    for model in MODELS:
        pk = model._default_manager.values_list("pk", flat=True).first()
        assert pk is not None, f"make_rows makes no {model._meta.label}"
        found += [url_of(model, "changelist"), url_of(model, "change", pk), url_of(model, "history", pk)]
    found += {reverse("admin:app_list", args=[model._meta.app_label]) for model in MODELS}
    return found


@pytest.fixture(autouse=True)
def _backups_in_a_folder_of_their_own(settings, tmp_path: Path) -> None:
    settings.BACKUP_DIR = tmp_path / "backups"


@pytest.fixture
def rows(user, fake_detector) -> None:
    make_rows(user, range(3))


def test_the_sweep_knows_the_site():
    assert {"poses.Photo", "poses.Pose", "poses.PoseRevision", "poses.LogEntry", "accounts.User"} <= set(LABELS)
    assert {"batches.Batch", "batches.BatchImage", "batches.Output"} <= set(LABELS)
    assert {"frames.DepthScan", "frames.DepthImport"} <= set(LABELS)
    assert not {"frames.DepthBlock", "frames.BlockRows"} & set(LABELS)
    assert {"backups.Backup", "backups.Check", "backups.Download", "backups.Notice"} <= set(LABELS)


@pytest.mark.usefixtures("rows")
def test_every_page_opens_for_a_superuser_with_one_heading_and_nothing_inline(admin_client):
    swept = pages()
    assert len(swept) > 3 * len(MODELS)
    for url in swept:
        response = admin_client.get(url)
        html = response.content.decode()
        assert response.status_code == 200, url
        assert html.count("<h1") == 1, url
        assert "style=" not in html, url
        assert "<script>" not in html, url
        assert "onclick" not in html, url
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self'"), url


@pytest.mark.usefixtures("rows")
def test_every_page_refuses_anonymous_and_those_who_are_no_staff(client, user):
    swept = pages()
    for url in swept:
        answer = client.get(url)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/admin/login/"), url
    client.force_login(user)
    for url in swept:
        assert client.get(url, follow=True).status_code == 403, url


@pytest.mark.usefixtures("rows")
def test_staff_without_permissions_see_the_index_and_nothing_else(client, make_user):
    client.force_login(make_user("staff@example.org", is_staff=True))
    index, *others = pages()
    assert client.get(index).status_code == 200
    assert others
    for url in others:
        answer = client.get(url)  # Django looks for an object that the person may not see before it asks for permission
        assert answer.status_code in (403, 404) or answer.headers["Location"] == index, url


@pytest.mark.usefixtures("rows")
def test_the_roles_open_what_belongs_to_them_and_add_and_delete_nothing(client, make_user):
    poses = {"Photo", "Pose", "PoseRevision", "Detection"}
    allowed = {"Editors": poses, "Reviewers": poses, "Operators": {"LogEntry", "DepthScan", "DepthImport"}}
    assert Group.objects.filter(name__in=allowed).count() == 3
    for role, names in allowed.items():
        member = make_user(f"{role.lower()}@example.org", is_staff=True)
        member.groups.add(Group.objects.get(name=role))
        client.force_login(member)
        for model in MODELS:
            pk = model._default_manager.values_list("pk", flat=True).first()
            expected = 200 if model.__name__ in names else 403
            answers = [client.get(url_of(model, page, *args)) for page, args in (("changelist", ()), ("change", (pk,)))]
            assert [answer.status_code for answer in answers] == [expected, expected], (role, model)
            assert client.get(url_of(model, "add")).status_code == 403, (role, model)
            assert client.get(url_of(model, "delete", pk)).status_code == 403, (role, model)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_every_list_searches(admin_client, model):
    found = admin_client.get(url_of(model, "changelist"), {"q": "nothing-is-called-this"})
    assert found.status_code == 200
    assert found.context["cl"].search_fields, "no search"
    assert list(found.context["cl"].result_list) == []


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_every_add_page_opens_or_is_refused_as_its_list_says(admin_client, model):
    may_add = admin_client.get(url_of(model, "changelist")).context["has_add_permission"]
    assert admin_client.get(url_of(model, "add")).status_code == (200 if may_add else 403)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_a_malformed_id_answers_the_index(admin_client, model):
    answer = admin_client.get(url_of(model, "change", "not-an-id"))
    assert answer.headers["Location"] == "/admin/"


@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_no_list_issues_a_query_per_row(admin_client, user, fake_detector, model):
    url = url_of(model, "changelist")
    make_rows(user, range(3))
    admin_client.get(url)
    with CaptureQueriesContext(connection) as few:
        assert len(admin_client.get(url).context["cl"].result_list) >= 3
    make_rows(user, range(3, 30))
    with CaptureQueriesContext(connection) as many:
        assert len(admin_client.get(url).context["cl"].result_list) >= 30
    assert len(many) == len(few), [query["sql"] for query in many]


def test_no_delete_question_issues_a_query_per_row(admin_client, user, fake_detector):
    url = url_of(Photo, "changelist")
    make_rows(user, range(30))
    ids = [str(pk) for pk in Photo.objects.values_list("pk", flat=True)]
    numbers = []
    for chosen in (ids[:3], ids):
        with CaptureQueriesContext(connection) as queries:
            response = admin_client.post(url, {"action": "delete_selected", "_selected_action": chosen})
        assert response.status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
