"""What the pages list: batches with their counts, rows with their images, samples; each in a fixed number of reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, QuerySet

from batches.models import Batch, BatchImage, BatchRow, Delivery, RowImage
from poses.models import Photo
from poses.selectors.gallery import with_skeletons

if TYPE_CHECKING:
    from .progress import Progress

PAGE_SIZE = 50
# Of a row's images; a row may have a hundred.
IMAGES_SHOWN = 8
_Status = BatchImage.Status
_State = BatchRow.State


@dataclass(frozen=True, slots=True)
class ImageCounts:
    """Images of a batch that are not final, and that have failed."""

    unfinished: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class RowWithImages:
    """A row with its first images, and how many there are."""

    row: BatchRow
    images: list[BatchImage] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows in order; before the first of which number, and behind the last of which, there are more (None: none)."""

    rows: list[RowWithImages]
    before: int | None
    after: int | None


def counts_of(batches: Sequence[Batch]) -> dict[UUID, ImageCounts]:
    """By the batch's id. Images that are done are not counted: what is neither of the two is done."""
    images = (
        BatchImage.objects.filter(batch__in=[batch.pk for batch in batches])
        .order_by()
        .exclude(status=_Status.COMPLETED)
    )
    unfinished: dict[UUID, int] = {}
    failed: dict[UUID, int] = {}
    for pk, status, count in images.values_list("batch", "status").annotate(Count("pk")):
        if status == _Status.FAILED:
            failed[pk] = count
        else:
            unfinished[pk] = unfinished.get(pk, 0) + count
    return {batch.pk: ImageCounts(unfinished.get(batch.pk, 0), failed.get(batch.pk, 0)) for batch in batches}


def rows_page(batch: Batch, *, state: str, after: int | None, before: int | None) -> RowPage:
    """Fifty rows behind or ahead of a row's number, of one state or of all (`""`); the first ones without either."""
    rows = BatchRow.objects.filter(batch=batch)
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        found = list(rows.filter(number__lt=before).order_by("-number")[: PAGE_SIZE + 1])[::-1]
        if len(found) > PAGE_SIZE:
            return _page(found[1:], has_before=True, has_after=True)
    elif after is not None:
        found = list(rows.filter(number__gt=after).order_by("number")[: PAGE_SIZE + 1])
        if found:
            return _page(found[:PAGE_SIZE], has_before=True, has_after=len(found) > PAGE_SIZE)
    found = list(rows.order_by("number")[: PAGE_SIZE + 1])
    return _page(found[:PAGE_SIZE], has_before=False, has_after=len(found) > PAGE_SIZE)


def sample_rows(batch: Batch) -> list[RowWithImages]:
    """Those that were tried with the check, each with the one image that was."""
    rows = list(BatchRow.objects.filter(batch=batch, is_sample=True).order_by("number"))
    places = RowImage.objects.filter(row__in=rows, position=0).select_related("image", "image__output")
    images = {place.row_id: place.image for place in places}
    return [RowWithImages(row, [images[row.pk]], 1) for row in rows if row.pk in images]


def photos_with_skeletons(images: Sequence[BatchImage]) -> dict[UUID, Photo]:
    """The photos of the images, by id."""
    ids = {image.photo_id for image in images if image.photo_id is not None}
    return {photo.pk: photo for photo in with_skeletons(Photo.objects.filter(pk__in=ids))}


def deliveries_of(batch: Batch) -> "QuerySet[Delivery]":
    """What tells of the batch's latest run."""
    return Delivery.objects.filter(batch=batch, run=batch.run).order_by("channel")


def count_of(progress: "Progress", state: str) -> int:
    """How many rows the filter shows."""
    counts = {
        _State.WAITING.value: progress.rows_waiting,
        _State.DONE.value: progress.rows_done,
        _State.PARTIAL.value: progress.rows_partial,
        _State.FAILED.value: progress.rows_failed,
    }
    return counts[state] if state else sum(counts.values())


def _page(rows: list[BatchRow], *, has_before: bool, has_after: bool) -> RowPage:
    before = rows[0].number if has_before else None
    return RowPage(_with_images(rows), before, rows[-1].number if has_after else None)


def _with_images(rows: list[BatchRow]) -> list[RowWithImages]:
    of_rows = RowImage.objects.filter(row__in=[row.pk for row in rows])
    counts = dict(of_rows.order_by().values_list("row").annotate(Count("pk")))
    found = {row.pk: RowWithImages(row, [], counts.get(row.pk, 0)) for row in rows}
    shown = of_rows.filter(position__lt=IMAGES_SHOWN).select_related("image", "image__output")
    for place in shown.order_by("row", "position"):
        found[place.row_id].images.append(place.image)
    return list(found.values())
