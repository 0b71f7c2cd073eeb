"""Whose images come next."""

import pytest
from django.utils import timezone

from batches.models import Batch, BatchImage
from batches.services import stages, turns
from core.work import claims

pytestmark = pytest.mark.django_db


def owners_of(count: int, at_most: int = 1) -> list[str]:
    taken = [turns.take_turn(at_most) for _ in range(count)]
    return [images[0].batch.owner.email for images in taken if images]


def test_two_owners_take_turns_however_long_the_first_batch_is(make_batch, stranger):
    make_batch(20)
    assert owners_of(2) == ["ada@example.org"] * 2
    make_batch(3, owner=stranger)
    assert sorted(owners_of(2)) == ["ada@example.org", "eve@example.org"]
    assert sorted(owners_of(4)) == ["ada@example.org"] * 2 + ["eve@example.org"] * 2


def test_an_owner_with_many_batches_gets_no_more_than_one_with_a_single(make_batch, stranger):
    for _ in range(4):
        make_batch(5)
    make_batch(5, owner=stranger)
    served = owners_of(8)
    assert served.count("eve@example.org") == 4


def test_the_batches_of_one_owner_take_turns(make_batch):
    batches = [make_batch(5), make_batch(5)]
    taken = [turns.take_turn(1)[0].batch_id for _ in range(4)]
    assert [taken.count(batch.pk) for batch in batches] == [2, 2]


def test_images_are_taken_in_the_order_of_the_csv(make_batch):
    make_batch(5)
    assert [image.number for image in turns.take_turn(3)] == [1, 2, 3]
    assert [image.number for image in turns.take_turn(3)] == [4, 5]
    assert turns.take_turn(3) == []


def test_what_is_taken_is_claimed_and_counted(make_batch):
    make_batch(1)
    (image,) = turns.take_turn(8)
    image.refresh_from_db()
    assert (image.status, image.attempts) == ("running", 1)
    assert image.claim is not None
    assert image.lease_until > timezone.now()


@pytest.mark.parametrize("stage", [stages.pause, stages.cancel])
def test_nothing_is_taken_of_what_does_not_run(make_batch, stage):
    stage(make_batch(3))
    assert turns.take_turn(3) == []
    assert not turns.is_anything_held()


def test_nothing_is_taken_of_a_draft(make_batch):
    make_batch(5, is_started=False)
    assert turns.take_turn(3) == []


def test_busy_hosts_are_passed_over(make_batch, images):
    make_batch(3)
    host = BatchImage.objects.first().host
    assert host.endswith(f":{images.port}")
    assert turns.take_turn(3, busy_hosts={host}) == []
    assert turns.is_anything_held()


def test_an_image_that_is_given_back_comes_again(make_batch):
    make_batch(1)
    (image,) = turns.take_turn(1)
    claims.hold(image)
    (again,) = turns.take_turn(1)
    assert (again.pk, again.attempts) == (image.pk, 1)


def test_the_number_of_queries_does_not_grow_with_the_rows(make_batch, django_assert_num_queries):
    make_batch(3)
    turns.take_turn(1)
    Batch.objects.all().delete()
    make_batch(60)
    with django_assert_num_queries(7):  # running ones; savepoint, ids, claim, read, release; served
        turns.take_turn(8)
