"""Compressed images: made, stored and removed."""

import hashlib
import re
from collections.abc import Iterable
from uuid import UUID, uuid4

from django.core.files.base import ContentFile

from batches.imaging.compress import Compressed, compress
from batches.models import Batch, BatchImage, Output
from core.batches import batched
from core.storage.rows import insert, key_of
from poses.engine.decode import DecodedPhoto
from poses.models.photo import photo_storage
from poses.services import engine, photo_files, pictures

# As `make_output` makes names.
LAYOUT = re.compile(r"batches/(?P<two>[0-9a-f]{2})/(?P<id>(?P=two)[0-9a-f]{30})\.(?:thumbnail\.jpg|(?!csv)[a-z0-9]+)")
_AT_ONCE = 500


def settings_key(batch: Batch) -> str:
    """Equal for batches that want the same of the same bytes."""
    return batch.compression.key + ("+ssim" if batch.measures_ssim else "")


def key_of_known(batch: Batch, source_sha256: str) -> UUID | None:
    """The id of what was made of these bytes by these settings before, for the same owner."""
    where = {"owner": batch.owner_id, "source_sha256": source_sha256, "settings_key": settings_key(batch)}
    key = key_of(Output, where)
    return None if key is None else UUID(str(key))


def known_output(batch: Batch, source_sha256: str) -> Output | None:
    """The same as a row."""
    key = key_of_known(batch, source_sha256)
    return None if key is None else Output.objects.filter(pk=key).first()


def make_output(batch: Batch, content: bytes, source_sha256: str, decoded: DecodedPhoto) -> Output:
    """Compresses bytes that have passed the gate and stores what comes of it, with a thumbnail where no photo has one.

    The row is for the caller to insert, by `insert_new`, or to discard. Raises DomainError; then nothing is stored.
    """
    with pictures.turn(), engine.refusing_on("image"):
        compressed = compress(content, batch.compression, decoded=decoded, with_ssim=batch.measures_ssim)
    output = _row(batch, source_sha256, compressed)
    output.is_new = True
    output.file.name = _saved(output.pk, compressed.format.extension, compressed.content)
    if not batch.finds_people:
        try:
            output.thumbnail.name = _saved(output.pk, "thumbnail.jpg", photo_files.thumbnail_of(decoded))
        except BaseException:
            photo_files.remove(output.file.name)
            raise
    return output


def insert_new(output: Output | None) -> None:
    """Inserts an output that was made just now, in the caller's transaction; one that was found is there already.

    Raises IntegrityError where somebody else has made the same meanwhile.
    """
    if output is not None and output.is_new:
        insert([output])


def discard(output: Output) -> None:
    """Removes the files of an output that was made just now and could not be inserted."""
    if output.is_new:
        photo_files.remove(output.file.name, output.thumbnail.name)


def remove_unused(output_ids: Iterable[UUID]) -> None:
    """Deletes those of the outputs that no image names any more, with their files; in the caller's transaction."""
    for some in batched(list(output_ids), _AT_ONCE):
        used = BatchImage.objects.filter(output__in=some).values_list("output_id", flat=True)
        for output in Output.objects.filter(pk__in=some).exclude(pk__in=list(used)):
            output.delete()


def _row(batch: Batch, source_sha256: str, compressed: Compressed) -> Output:
    return Output(
        id=uuid4(),
        owner_id=batch.owner_id,
        source_sha256=source_sha256,
        settings_key=settings_key(batch),
        sha256=hashlib.sha256(compressed.content).hexdigest(),
        content_type=compressed.format.content_type,
        width=compressed.width,
        height=compressed.height,
        bytes_before=compressed.bytes_before,
        bytes_after=compressed.bytes_after,
        is_original_kept=compressed.is_original_kept,
        quality=compressed.quality,
        ssim=compressed.ssim,
    )


def _saved(output_id: UUID, extension: str, content: bytes) -> str:
    name = f"batches/{output_id.hex[:2]}/{output_id.hex}.{extension}"
    return photo_storage().save(name, ContentFile(content))
