"""So many at a time, over all processes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from batches.models import Slot
from batches.services import slots

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=20)


def take(pool: str = "pool", count: int = 2) -> slots.Held | None:
    return slots.take(pool, count=count, lease=LEASE)


def test_there_are_as_many_as_the_pool_has():
    assert take() is not None
    assert take() is not None
    assert take() is None
    assert take("another") is not None


def test_one_that_is_given_back_is_free_again():
    held = take()
    take()
    slots.give_back(held)
    again = take()
    assert again.pk == held.pk
    assert take() is None


def test_one_whose_holder_was_killed_is_free_when_the_lease_is_over():
    take()
    lost = take()
    Slot.objects.filter(pk=lost.pk).update(until=timezone.now() - timedelta(seconds=1))
    assert slots.count_free("pool", count=2) == 1
    assert take().pk == lost.pk
    assert not slots.keep(lost, lease=LEASE)
    slots.give_back(lost)
    assert take() is None


def test_a_lease_is_lengthened():
    held = take()
    Slot.objects.filter(pk=held.pk).update(until=timezone.now() + timedelta(seconds=1))
    assert slots.keep(held, lease=LEASE)
    assert Slot.objects.get(pk=held.pk).until > timezone.now() + timedelta(seconds=15)


def test_a_pool_that_grew_smaller_gives_no_more_than_it_has_now():
    for _ in range(4):
        slots.give_back(take(count=4))
    assert take(count=1) is not None
    assert take(count=1) is None


def test_those_that_nobody_used_for_a_day_go():
    take("old")
    slots.clear_idle(now=timezone.now() + timedelta(hours=23))
    assert Slot.objects.count() == 2
    slots.clear_idle(now=timezone.now() + timedelta(days=2))
    assert Slot.objects.count() == 0


def test_a_number_is_there_once_a_pool():
    Slot.objects.create(pool="pool", number=0)
    with pytest.raises(IntegrityError):
        Slot.objects.create(pool="pool", number=0)
