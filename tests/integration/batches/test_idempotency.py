"""The header Idempotency-Key of POST /api/batches/."""

import threading

import pytest
from django.db import connection

from batches.models import Batch, BatchImage, BatchRow
from tests import broker

from .conftest import URL, api_of, table
from .test_api_batches import post

CONTENT = table((1, "Shoe", "https://example.org/a.jpg"), (2, "Hat", "https://example.org/b.jpg"))
KEY = {"Idempotency-Key": "order 17"}


def test_a_request_that_is_sent_again_is_answered_with_the_batch_that_it_made(api):
    first, second = post(api, CONTENT, headers=KEY), post(api, CONTENT, headers=KEY)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert first["Location"] == second["Location"]
    assert (Batch.objects.count(), BatchRow.objects.count(), BatchImage.objects.count()) == (1, 2, 2)


def test_it_is_answered_as_it_stands_by_then(api):
    batch_id = post(api, CONTENT, headers=KEY).json()["id"]
    assert api.post(f"{URL}{batch_id}/pause/").status_code == 200
    broker.messages()
    assert post(api, CONTENT, headers=KEY).json()["status"] == "paused"
    assert broker.messages() == []


def test_the_sites_other_name_makes_no_other_request_of_it(api, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    assert post(api, CONTENT, headers=KEY).status_code == 201
    assert post(api, CONTENT, headers={**KEY, "Host": "other.example"}).status_code == 200


def test_without_a_key_each_request_makes_a_batch(api):
    assert {post(api, CONTENT).status_code for _ in range(2)} == {201}
    assert Batch.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "name", "options"),
    [
        (CONTENT + b"3,Bag,https://example.org/c.jpg\r\n", "products.csv", {}),
        (CONTENT, "other.csv", {}),
        (CONTENT, "products.csv", {"quality": 60}),
        (CONTENT, "products.csv", {"find_people": "false"}),
        (CONTENT, "products.csv", {"email": "ada@example.org"}),
        (CONTENT, "products.csv", {"dry_run": "true"}),
    ],
)
def test_another_request_under_the_same_key_is_422(content, name, options, api):
    assert post(api, CONTENT, headers=KEY).status_code == 201
    before = Batch.objects.values().get()
    response = post(api, content, name=name, headers=KEY, **options)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert Batch.objects.values().get() == before


def test_a_key_is_its_owners(api, stranger_api):
    assert post(api, CONTENT, headers=KEY).status_code == 201
    assert post(stranger_api, CONTENT, headers=KEY).status_code == 201
    assert Batch.objects.count() == 2


def test_a_refused_request_leaves_the_key_free(api):
    assert post(api, b"no,header\r\n", headers=KEY).status_code == 400
    assert post(api, CONTENT, headers=KEY).status_code == 201


def test_a_deleted_batch_leaves_the_key_free(api):
    batch_id = post(api, CONTENT, headers=KEY).json()["id"]
    assert api.delete(f"{URL}{batch_id}/").status_code == 204
    assert post(api, CONTENT, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\tinside", "clé", "\x7f"])
def test_a_malformed_key_is_refused_and_nothing_is_stored(key, api):
    response = post(api, CONTENT, headers={"Idempotency-Key": key})
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_invalid")
    assert list(response.json()["fields"]) == ["Idempotency-Key"]
    assert not Batch.objects.exists()


@pytest.mark.parametrize("key", ["x", "x" * 255, "0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10", "a b!~"])
def test_keys_that_are_taken(key, api):
    assert post(api, CONTENT, headers={"Idempotency-Key": key}).status_code == 201
    assert Batch.objects.get().idempotency_key == key


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_the_same_time_one_makes_the_batch(user):
    answers: list[tuple[int, str]] = []
    together = threading.Barrier(8)

    def send() -> None:
        try:
            together.wait()
            response = post(api_of(user), CONTENT, headers=KEY)
            answers.append((response.status_code, response.json()["id"]))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers) == [200] * 7 + [201]
    assert len({batch_id for _, batch_id in answers}) == 1
    assert (Batch.objects.count(), BatchRow.objects.count()) == (1, 2)
