"""Files of batches stay while somebody such as a backup reads what rows have named."""

import pytest

from batches import queue
from batches.models import Batch, Output
from batches.services import completing
from core.work import claims
from poses.models import Removal
from poses.services import removing
from poses.services.stored_files import FileRows, all_file_rows

from .batch_rows import finished_batch
from .conftest import stored_files
from .delivery_rows import ended_batch


@pytest.fixture
def _are_kept(monkeypatch) -> None:
    monkeypatch.setattr(removing, "_checks", [lambda: True])


def rows_of(model: type) -> FileRows:
    return next(rows for rows in all_file_rows() if rows.model is model)


@pytest.mark.usefixtures("_are_kept")
def test_a_deleted_batchs_csv_and_outputs_stay(user, settings, django_capture_on_commit_callbacks):
    batch = finished_batch(user)
    before = stored_files(settings)
    assert len(before) == 2
    with django_capture_on_commit_callbacks(execute=True):
        batch.delete()
        Output.objects.all().delete()
    assert stored_files(settings) == before == sorted(Removal.objects.values_list("name", flat=True))


@pytest.mark.usefixtures("_are_kept")
def test_the_csv_of_the_run_before_stays(user, settings):
    before = ended_batch(user).results.name
    Batch.objects.update(**claims.queued(), finished_at=None)
    [batch] = claims.claim(Batch.objects.all(), lease=queue.RESULTS_LEASE)
    completing.write_results(batch)
    assert Removal.objects.get().name == before
    assert stored_files(settings) == sorted([before, Batch.objects.get().results.name])


def test_the_sizes_of_files_are_those_that_the_rows_have(user):
    finished_batch(user)
    output = Output.objects.get()
    assert rows_of(Batch).total_bytes() == 16
    assert rows_of(Output).total_bytes() == output.bytes_after
    Output.objects.update(thumbnail="batches/thumbnail.jpg")
    assert rows_of(Output).total_bytes() == output.bytes_after + 32 * 1024
    Batch.objects.update(results="", results_bytes=None)
    assert rows_of(Batch).total_bytes() == 0
