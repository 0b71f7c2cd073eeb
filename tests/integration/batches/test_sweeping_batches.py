"""manage.py sweep_photos where the files are those of batches."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from poses.models import Photo
from poses.models.photo import photo_storage

pytestmark = pytest.mark.django_db


def test_outputs_and_results_stay_and_what_no_row_names_goes_also_where_there_is_no_photo(
    make_batch, work_through, monkeypatch
):
    batch = make_batch(2, finds_people=False)
    work_through()
    batch.refresh_from_db()
    storage = photo_storage()
    named = sorted(storage.names())
    assert len(named) == 5
    assert not Photo.objects.exists()
    left = batch.results.name.replace(".1.csv", ".2.csv")
    storage.save(left, ContentFile(b"of a worker that was killed"))
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr("poses.management.commands.sweep_photos.timezone.now", lambda: later)
    call_command("sweep_photos", fix=True)
    assert sorted(storage.names()) == named
