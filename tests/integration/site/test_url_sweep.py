"""Every URL of the site, by role: who sees it, who is sent to log in, who is told that it is not there."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from backups.models import Backup
from backups.services.links import link_to
from batches.models import Batch, Delivery, Output
from frames.models import DepthImport, DepthScan
from poses.models import Arrival, Photo
from poses.services.bucket import key_of
from tests.integration.backups.made_backups import made
from tests.integration.batches.batch_rows import finished_batch
from tests.integration.frames.scan_rows import scan_with_rows
from tests.integration.poses.admin_rows import uploaded

# Routes anyone may GET. The rest wants a login (pages redirect, the API answers 401).
OPEN = {
    *("healthz", "readyz", "metrics", "api/schema/", "api/docs/", "api/redoc/"),
    *("accounts/login/", "accounts/register/", "accounts/reset/", "accounts/reset/sent/", "accounts/reset/done/"),
}
# Routes that take no GET at all.
POST_ONLY = {
    *("upload/", "samples/", "photos/retry/", "photos/<uuid:pk>/detect/", "accounts/logout/"),
    "photos/<uuid:pk>/mirror/",
    *("api/auth/register/", "api/auth/login/", "api/auth/refresh/", "api/auth/logout/", "api/auth/password/"),
    *("api/photos/<uuid:pk>/detect/", "api/photos/presign/"),
    *("review/bulk/", "poses/<uuid:pk>/review/", "api/poses/<uuid:pk>/review/"),
    *("poses/<uuid:pk>/revisions/restore/", "api/poses/<uuid:pk>/restore/"),
    *(f"{api}batches/<uuid:pk>/{step}/" for api in ("", "api/") for step in ("start", "pause", "resume", "retry")),
    *("api/batches/<uuid:pk>/cancel/", "batches/webhooks/secret/", "batches/webhooks/ping/", "api/webhooks/ping/"),
    *("batches/webhooks/deliveries/<uuid:pk>/resend/", "api/webhooks/deliveries/<uuid:pk>/resend/"),
    *("backups/run/", "backups/<uuid:pk>/verify/", "backups/<uuid:pk>/drill/"),
    *("api/backups/<uuid:pk>/verify/", "api/backups/<uuid:pk>/drill/"),
}
# What is not there for who has no role, whatever the method.
BACKUPS = {
    *("backups/", "backups/downloads/", "backups/<uuid:pk>/", "backups/<uuid:pk>/delete/", "backups/files/<str:name>"),
    *("backups/link/<str:token>/", "api/backups/", "api/backups/downloads/", "api/backups/<uuid:pk>/"),
    *("api/backups/<uuid:pk>/checks/", "api/backups/<uuid:pk>/download/"),
}
FOR_ROLES = {"queue/"} | BACKUPS
ROUTES_OF_OTHER_KEYS = {"backups/files/<str:name>", "backups/link/<str:token>/"}
# Those that tell them that they may not.
REFUSED = {
    *("review/", "api/review/"),
    *("statistics/keypoints/", "api/statistics/keypoints/", "api/statistics/keypoints.csv/"),
}
# Parts of pages.
PARTS = {"photos/<uuid:pk>/card/", "photos/progress/", "photos/<uuid:pk>/progress/"}
# The bucket has no login; an address of its own tests.
LEFT_OUT = {"api/storage/events/", "admin/", "accounts/reset/<uidb64>/<token>/", "api/<drf_format_suffix:format>"}


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if route not in LEFT_OUT:
                yield from routes(pattern.url_patterns, route)
        elif route not in LEFT_OUT:
            yield route


ROUTES = sorted(set(routes(get_resolver().url_patterns)))
WITH_GET = [route for route in ROUTES if route not in POST_ONLY]
PRIVATE = [route for route in WITH_GET if route not in OPEN]
OF_AN_OBJECT = [route for route in PRIVATE if "<uuid:pk>" in route]


# Whose id a route takes, by what stands in it; the first that does.
IDS: dict[str, Callable[[Photo], object]] = {
    "backups/": lambda photo: Backup.objects.get().pk,
    "deliveries/": lambda photo: Delivery.objects.get().pk,
    "batches/outputs/": lambda photo: Output.objects.get().pk,
    "batches/": lambda photo: Batch.objects.get().pk,
    "depth-scans/": lambda photo: DepthScan.objects.get().pk,
    "depth-imports/": lambda photo: DepthImport.objects.get().pk,
    "frames/imports/": lambda photo: DepthImport.objects.get().pk,
    "frames/": lambda photo: DepthScan.objects.get().pk,
    "poses/": lambda photo: photo.poses.get().pk,
    "": lambda photo: photo.pk,
}
# What a route must be asked for besides.
QUERIES = {"api/frames/": "?depth_min=1&depth_max=2"}


def url(route: str, photo: Photo) -> str:
    if "<uuid:pk>" in route:
        pk = next(pk_of for part, pk_of in IDS.items() if part in route)(photo)
        route = route.replace("<uuid:pk>", str(pk))
    if route in BACKUPS:
        route = route.replace("<str:name>", Backup.objects.get().name)
        route = route.replace("backups/link/<str:token>/", link_to(Backup.objects.get()).partition("/")[2])
    return "/" + numbered(route) + QUERIES.get(route, "")


def numbered(route: str) -> str:
    """Revisions and editions count from 1, the places of tiles from 0."""
    return re.sub("<int:[a-z]+>", "0", re.sub("<int:(number|edition)>", "1", route))


@pytest.fixture
def photo(user: User, fake_detector, settings, tmp_path: Path) -> Photo:
    """With an upload to the bucket whose id is the photo's, so that one id serves all routes; batch, scan, backup."""
    settings.BACKUP_DIR, settings.SITE_URL = tmp_path / "backups", ""
    made()
    photo = uploaded(user, 1)
    key = key_of(user.pk, photo.pk)
    Arrival.objects.create(owner=user, bucket="photos", key=key, etag="e", size_bytes=1, photo=photo)
    finished_batch(user)
    scan_with_rows(user)
    return photo


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_sweep_knows_the_site():
    assert {"", "photos/<uuid:pk>/", "api/photos/<uuid:pk>/overlay.svg/", "accounts/profile/"} <= set(ROUTES)
    assert {"batches/<uuid:pk>/", "api/batches/outputs/<uuid:pk>/", "api/webhooks/deliveries/"} <= set(ROUTES)
    assert {"frames/", "frames/<uuid:pk>/import/", "frames/imports/<uuid:pk>/findings.csv/"} <= set(ROUTES)
    assert set(ROUTES) >= POST_ONLY
    assert set(ROUTES) >= OPEN | FOR_ROLES | REFUSED | PARTS
    others = ROUTES_OF_OTHER_KEYS
    assert not [route for route in ROUTES if re.search("<(?!uuid:pk>|int:[a-z]+>)", route) and route not in others]


@pytest.mark.parametrize("route", WITH_GET)
def test_it_opens_for_its_owner(route, user, photo):
    response = client_of(user).get(url(route, photo), headers={"accept": "text/html,*/*"})
    expected = 404 if route in FOR_ROLES else 403 if route in REFUSED else 200
    if route in ("accounts/login/", "accounts/register/"):
        expected = 302
    assert response.status_code == expected
    if response["Content-Type"].startswith("text/html") and not route.startswith("api/") and route not in PARTS:
        html = response.content.decode()
        assert len(re.findall(r"<h1[ >]", html)) <= 1 if expected == 302 else len(re.findall(r"<h1[ >]", html)) == 1
        assert not re.search(r"<script>|<style>| style=\"| on(click|change|submit|load)=", html)


@pytest.mark.parametrize("route", sorted(FOR_ROLES | REFUSED))
def test_what_is_for_roles_opens_for_superusers(route, admin_user, photo):
    response = client_of(admin_user).get(url(route, photo))
    assert response.status_code == 200
    html = response.getvalue().decode("latin1")
    is_page = response["Content-Type"].startswith("text/html")
    assert len(re.findall(r"<h1[ >]", html)) == is_page


@pytest.mark.parametrize("route", sorted(OPEN))
def test_what_is_open_opens_for_anyone(route, client, db):
    assert client.get(f"/{route}").status_code == 200


@pytest.mark.parametrize("route", PRIVATE)
def test_anonymous_visitors_are_sent_to_log_in(route, client, photo):
    response = client.get(url(route, photo))
    if route.startswith("api/"):
        assert response.status_code == 401
        assert response.json()["code"] == "not_authenticated"
    else:
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("route", OF_AN_OBJECT)
def test_someone_elses_is_404(route, stranger, photo):
    assert client_of(stranger).get(url(route, photo)).status_code == 404


@pytest.mark.parametrize("route", sorted(route for route in POST_ONLY if "<uuid:pk>" in route))
def test_someone_elses_is_404_for_posts_too(route, stranger, photo):
    assert client_of(stranger).post(url(route, photo)).status_code == 404


@pytest.mark.parametrize("route", sorted(POST_ONLY))
def test_what_is_posted_to_cannot_be_read(route, user, photo):
    expected = 404 if "backups/" in route else 405
    assert client_of(user).get(url(route, photo)).status_code == expected


@pytest.mark.parametrize("route", OF_AN_OBJECT)
def test_malformed_ids_are_404(route, user, db):
    malformed = numbered(route.replace("<uuid:pk>", "not-an-id"))
    assert client_of(user).get(f"/{malformed}").status_code == 404


def test_pages_that_are_not_there_are_told_so_in_words(client, db):
    response = client.get("/nothing-here/")
    assert response.status_code == 404
    assert "<h1" in response.content.decode()
