"""Rows and images of a batch with the words and addresses to show."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from django.urls import reverse

from batches.models import Batch, BatchImage, BatchRow
from batches.selectors.pages import RowWithImages
from core.pages.words import State, counted, lasting, sized
from poses.models import Photo
from poses.views.cards import Bones, bones_of, drawing_size

from .words import change

_STATES = {
    BatchRow.State.WAITING: State("Waiting"),
    BatchRow.State.DONE: State("Done", "ok"),
    BatchRow.State.PARTIAL: State("Partly done", "warn"),
    BatchRow.State.FAILED: State("Failed", "bad"),
}
_SECOND_MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageLine:
    """An image: what became of it in words, and where to look at it; what there is not is empty."""

    image: BatchImage
    name: str
    thumbnail: str
    photo_url: str
    output_url: str
    waiting: str
    people: str
    sizes: str
    change: str
    is_kept: bool


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row of the table; `more` of its images are not shown."""

    row: BatchRow
    state: State
    images: list[ImageLine]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCard:
    """A sample row's image, with the skeletons in a box of that size over the thumbnail."""

    row: BatchRow
    line: ImageLine
    is_under_way: bool
    width: int
    height: int
    people: list[Bones]
    took: str
    likeness: str


def rows_of(batch: Batch, rows: Iterable[RowWithImages]) -> list[RowLine]:
    """The lines of the table."""
    return [
        RowLine(
            row=found.row,
            state=_STATES[BatchRow.State(found.row.state)],
            images=[image_line(batch, image) for image in found.images],
            more=found.count - len(found.images),
        )
        for found in rows
    ]


def sample_card(batch: Batch, sample: RowWithImages, photo: Photo | None) -> SampleCard:
    """What was tried of a row; give its photo read `with_skeletons`, where it has one."""
    [image] = sample.images
    width, height = drawing_size(photo) if photo else (0, 0)
    poses = photo.poses.all() if photo else ()
    ssim = image.output.ssim if image.output is not None else None
    return SampleCard(
        row=sample.row,
        line=image_line(batch, image),
        is_under_way=image.is_unfinished,
        width=width,
        height=height,
        people=[bones_of(pose, width=width, height=height) for pose in poses],
        took="" if image.milliseconds is None else _took(image.milliseconds),
        likeness="" if ssim is None else f"SSIM {ssim:.3f}",
    )


def image_line(batch: Batch, image: BatchImage) -> ImageLine:
    """The words for one image; read it with its output."""
    output = image.output
    before, after = image.bytes_before, image.bytes_after
    is_done = image.status == BatchImage.Status.COMPLETED
    return ImageLine(
        image=image,
        name=_name(image.url),
        thumbnail=_thumbnail(image) if is_done else "",
        photo_url=reverse("poses:photo", args=[image.photo_id]) if image.photo_id else "",
        output_url=reverse("batch-output", args=[output.pk]) if output is not None and is_done else "",
        waiting=_waiting(batch, image),
        people=_people(image.people_found),
        sizes="" if before is None else sized(before) + ("" if after is None else f" → {sized(after)}"),
        change="" if before is None or after is None else change(before, after),
        is_kept=output is not None and output.is_original_kept,
    )


def _thumbnail(image: BatchImage) -> str:
    """The photo's, else the output's own; one that was made beside a photo that is gone has to serve itself."""
    if image.photo_id is not None:
        return reverse("photo-thumbnail", args=[image.photo_id])
    if image.output is None:
        return ""
    return reverse("batch-output-thumbnail" if image.output.thumbnail else "batch-output", args=[image.output.pk])


def _waiting(batch: Batch, image: BatchImage) -> str:
    if image.status == BatchImage.Status.RUNNING:
        return "Being fetched"
    if image.status == BatchImage.Status.PENDING:
        return "Waiting for its turn"
    if image.status == BatchImage.Status.HELD:
        return "Not tried" if batch.is_draft else "Waiting"
    return ""


def _people(found: int | None) -> str:
    if found is None:
        return ""
    return counted(found, "person", "people") if found else "Nobody found"


def _took(milliseconds: int) -> str:
    return f"{milliseconds} ms" if milliseconds < _SECOND_MS else lasting(milliseconds / _SECOND_MS)


def _name(url: str) -> str:
    """The last part of the URL's path, else the host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return unquote(PurePosixPath(parts.path).name) or parts.netloc or url
