"""/api/logs/, /api/models/, the schema and its pages, /healthz."""

import re

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from poses.models import LogEntry

from .conftest import api_of


def test_a_user_reads_the_log_of_own_photos(api, user, photo, make_photo, stranger):
    make_photo(stranger)
    results = api.get("/api/logs/").json()["results"]
    assert [entry["action"] for entry in results] == ["detect", "upload"]
    assert {entry["photo"] for entry in results} == {str(photo.id)}
    assert results[0]["milliseconds"] is not None


def test_an_operator_reads_everyones_log(photo, make_user):
    operator = make_user("operator@example.org")
    from django.contrib.auth.models import Group

    operator.groups.add(Group.objects.get(name="Operators"))
    client = api_of(User.objects.get(pk=operator.pk))
    assert len(client.get("/api/logs/").json()["results"]) == LogEntry.objects.count() == 2


def test_the_log_takes_one_query_however_long(api, make_photo, django_assert_num_queries):
    make_photo()
    api.get("/api/logs/")
    for _ in range(4):
        make_photo()
    with django_assert_num_queries(1):
        api.get("/api/logs/")


def test_the_models_are_named_with_their_hash(api):
    models = {model["name"]: model for model in api.get("/api/models/").json()}
    assert models["pose_landmarker_full"]["is_default"]
    assert len(models["pose_landmarker_full"]["sha256"]) == 64


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/", "/api/redoc/", "/api/schema", "/api/docs"])
def test_schema_and_its_pages_are_open_and_name_no_foreign_host(path, client, db):
    response = client.get(path)
    assert response.status_code == 200
    text = response.content.decode()
    assert not re.search(r"(src|href)=.https?:", text)
    assert "<script>" not in text


def test_the_schema_tells_of_every_operation_and_binary_field(client, db):
    schema = client.get("/api/schema/?format=json").json()
    post = schema["paths"]["/api/photos/"]["post"]
    assert "multipart/form-data" in post["requestBody"]["content"]
    assert schema["components"]["schemas"]["UploadRequest"]["properties"]["image"]["format"] == "binary"
    assert {"201", "200", "400", "413"} <= set(post["responses"])
    assert "/api/auth/login/" in schema["paths"]


def test_browsable_pages_render_for_people(client: Client, user, photo):
    client.force_login(user)
    for path in ("/api/", "/api/photos/", f"/api/photos/{photo.id}/", "/api/poses/", "/api/logs/", "/api/models/"):
        response = client.get(path, headers={"accept": "text/html"})
        assert response.status_code == 200, path
        assert response["Content-Type"].startswith("text/html")


def test_a_browser_session_needs_the_csrf_token(user, photo):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    response = client.delete(f"/api/photos/{photo.id}/")
    assert response.status_code == 403
    assert response.json()["code"] == "permission_denied"


def test_healthz_answers_without_a_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert client.post("/healthz").status_code == 405


def test_api_paths_that_lead_nowhere_are_json():
    response = APIClient().get("/api/nothing/")
    assert response.status_code == 404
    assert response.json() == {"code": "not_found", "message": "Not found."}
