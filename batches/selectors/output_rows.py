"""A batch's rows with their images, as the CSVs need them."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet
from django.urls import reverse

from batches.formats.writing import OutputImage, OutputRow
from batches.models import Batch, BatchImage, BatchRow, RowImage

_AT_ONCE = 1000


def output_rows(batch: Batch, *, states: Sequence[str] = ()) -> Iterator[OutputRow]:
    """Every row in order, or those in certain states; some hundreds are read at a time."""
    rows = BatchRow.objects.filter(batch=batch).order_by("number")
    if states:
        rows = rows.filter(state__in=states)
    after = 0
    while some := list(rows.filter(number__gt=after)[:_AT_ONCE]):
        images = images_of(some)
        for row in some:
            yield OutputRow(
                cells=row.cells, images=[_output_image(batch, image) for image in images[row.pk]], status=row.state
            )
        after = some[-1].number


def images_of(rows: Sequence[BatchRow]) -> "dict[object, list[BatchImage]]":
    """Each row's images in the order in which it names them, by the row's id, in one query."""
    found: dict[object, list[BatchImage]] = {row.pk: [] for row in rows}
    for place in _places(rows):
        found[place.row_id].append(place.image)
    return found


def output_url(batch: Batch, image: BatchImage) -> str:
    """Where the owner gets the image that came out; empty where there is none."""
    path = output_path(batch, image)
    return batch.base_url + path if path else ""


def output_path(batch: Batch, image: BatchImage) -> str:
    """The same without the site."""
    if image.output_id is not None:
        return reverse("batch-output", args=[image.output_id])
    if image.photo_id is not None and not batch.compresses:
        return reverse("photo-image", args=[image.photo_id])
    return ""


def _places(rows: Sequence[BatchRow]) -> QuerySet[RowImage]:
    places = RowImage.objects.filter(row__in=[row.pk for row in rows])
    return places.select_related("image").order_by("row", "position")


def _output_image(batch: Batch, image: BatchImage) -> OutputImage:
    return OutputImage(
        url=image.url,
        output_url=output_url(batch, image),
        error=image.error_code,
        error_message=image.error_message,
        bytes_before=image.bytes_before,
        bytes_after=image.bytes_after,
        people_found=image.people_found,
        photo_id=str(image.photo_id) if image.photo_id else "",
    )
