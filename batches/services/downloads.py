"""What an owner takes away: the output CSV, the rows that failed, all images."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from batches.formats import writing
from batches.models import Batch, BatchImage, BatchRow, Output
from batches.selectors.output_rows import output_rows
from core import zips
from core.errors import Conflict
from core.storage.errors import StorageUnavailable
from poses.models.photo import photo_storage
from poses.services import photo_files, renditions
from poses.services.photo_files import Pieces
from poses.services.renditions import Rendition

_AT_ONCE = 500
_NAME_LENGTH = 100
_FAILED = (BatchRow.State.FAILED, BatchRow.State.PARTIAL)


def results(batch: Batch) -> bytes | Pieces:
    """The output CSV. Raises Conflict before it is written, FileNotFoundError where it is gone, StorageUnavailable."""
    if batch.status != Batch.Status.COMPLETED:
        raise Conflict("results_not_ready", "The output CSV is written once the last row is final.")
    return photo_files.streamed(batch.results)


def failed_csv(batch: Batch) -> Iterator[bytes]:
    """The rows that failed, also in part, with the reasons; can be uploaded again."""
    for piece in writing.failed_lines(batch.header, output_rows(batch, states=_FAILED)):
        yield piece.encode()


def images_zip(batch: Batch) -> Iterator[bytes]:
    """Every image that came out, each once; one whose file is gone is left out and named in a text beside."""
    return zips.streamed(_members(batch))


def output_image(output: Output) -> Rendition:
    """A compressed image. Raises FileNotFoundError where it is gone, StorageUnavailable."""
    suffix = PurePosixPath(str(output.file)).suffix
    return renditions.stored(output.file, output.content_type, f"{output.id}{suffix}")


def output_thumbnail(output: Output) -> Rendition:
    """The same, small; the image itself where none was made because a photo has one."""
    if not output.thumbnail:
        return output_image(output)
    return renditions.stored(output.thumbnail, "image/jpeg", f"{output.id}.thumbnail.jpg")


def safe_stem(batch: Batch) -> str:
    """The CSV's name without its extension, such as can stand in a header."""
    return _cut(
        "".join(
            character if character.isascii() and (character.isalnum() or character in "-_") else "-"
            for character in PurePosixPath(batch.name).stem
        ),
        "batch",
    )


def _members(batch: Batch) -> Iterator[tuple[str, Iterable[bytes]]]:
    missing = []
    for image in _images(batch):
        file = _file(batch, image)
        if file is None:
            continue
        name = f"{image.number:06}-{_stem(image.url)}{PurePosixPath(file).suffix}"
        try:
            pieces = _pieces(file)
        except (FileNotFoundError, StorageUnavailable):
            missing.append(f"{name}\t{image.url}\n")
            continue
        yield name, pieces
    if missing:
        yield "missing.txt", [line.encode() for line in missing]


def _images(batch: Batch) -> Iterator[BatchImage]:
    """Those that are done, in order, some hundreds at a time."""
    done = BatchImage.objects.filter(batch=batch, status=BatchImage.Status.COMPLETED)
    done = done.select_related(None).select_related("output", "photo").order_by("number")
    after = 0
    while some := list(done.filter(number__gt=after)[:_AT_ONCE]):
        yield from some
        after = some[-1].number


def _file(batch: Batch, image: BatchImage) -> str | None:
    if image.output is not None:
        return image.output.file.name
    return image.photo.file.name if image.photo is not None and not batch.compresses else None


def _pieces(name: str) -> Iterable[bytes]:
    with photo_storage().open(name) as opened:
        return [bytes(opened.read())]  # at most 25 MB


def _stem(url: str) -> str:
    stem = PurePosixPath(unquote(urlsplit(url).path)).stem
    kept = "".join(character if character.isalnum() or character in "-_" else "-" for character in stem)
    return _cut(kept, "image")


def _cut(name: str, substitute: str) -> str:
    return name[:_NAME_LENGTH].strip("-") or substitute
