"""The end of a batch: its output CSV, and those who are told."""

import io
import re
import tempfile
from collections.abc import Iterator
from typing import IO

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from batches.formats import writing
from batches.models import Batch
from batches.selectors.output_rows import output_rows
from core.work import claims
from poses.models.photo import photo_storage
from poses.services import photo_files, removing

from . import deliveries, settling

# As `_saved` makes names; the storage adds letters where a worker was killed and its file is there already.
LAYOUT = re.compile(r"batches/(?P<two>[0-9a-f]{2})/(?P<id>(?P=two)[0-9a-f]{30})\.[0-9]+(?:_\w+)?\.csv")


def write_results(batch: Batch) -> None:
    """A worker's: writes the output CSV of a batch whose images are all final, and queues webhook and e-mail.

    The file is there whole or not at all, and whoever is told is told once: both are decided by one transaction. Raises
    DomainError, ClaimLost.
    """
    settling.settle_all_rows(batch)
    before = batch.results.name
    name, size_bytes = _stored(batch)
    try:
        with transaction.atomic():
            claims.finish(
                batch,
                results=name,
                results_bytes=size_bytes,
                finished_at=timezone.now(),
                stage=Batch.Stage.FINISHED if batch.stage == Batch.Stage.RUNNING else batch.stage,
            )
            deliveries.announce(batch)
    except BaseException:
        photo_files.remove(name)
        raise
    removing.remove_later(before)


def output_csv(batch: Batch) -> Iterator[str]:
    """The output CSV as it is now, a piece at a time."""
    return writing.output_lines(batch.header, output_rows(batch))


def _stored(batch: Batch) -> tuple[str, int]:
    with tempfile.TemporaryFile() as kept:
        for piece in output_csv(batch):
            kept.write(piece.encode())
        size_bytes = kept.seek(0, io.SEEK_END)
        kept.seek(0)
        return _saved(batch, kept), size_bytes


def _saved(batch: Batch, kept: IO[bytes]) -> str:
    name = f"batches/{batch.pk.hex[:2]}/{batch.pk.hex}.{batch.run}.csv"
    return photo_storage().save(name, File(kept, name))
