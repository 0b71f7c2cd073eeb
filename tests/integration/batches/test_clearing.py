"""`manage.py clear_batches`: drafts that nobody started."""

from datetime import timedelta

import pytest
from django.utils import timezone

from batches.models import Batch
from batches.services import stages, tidying

pytestmark = pytest.mark.django_db


def test_a_day_old_draft_goes_and_what_is_younger_or_started_stays(make_batch):
    draft, started = make_batch(is_started=False), make_batch()
    assert tidying.clear(now=timezone.now()) == 0
    assert tidying.clear(now=timezone.now() + timedelta(days=2)) == 1
    assert list(Batch.objects.all()) == [started]
    assert not Batch.objects.filter(pk=draft.pk).exists()


def test_a_draft_that_is_started_or_deleted_while_others_are_discarded_stops_nothing(make_batch, monkeypatch):
    first, second, third, fourth = (make_batch(is_started=False) for _ in range(4))
    delete = stages.delete

    def delete_late(draft: Batch) -> None:
        monkeypatch.setattr(stages, "delete", delete)
        others = [batch for batch in (first, second, third, fourth) if batch != draft]
        started.append(others[0])
        stages.start(others[0])
        delete(others[1])
        delete(draft)

    started: list[Batch] = []
    monkeypatch.setattr(stages, "delete", delete_late)
    assert tidying.clear(now=timezone.now() + timedelta(days=2)) == 2
    assert list(Batch.objects.all()) == started
