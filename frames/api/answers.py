"""A range of rows as each of the formats that it can be had in."""

from collections.abc import Callable, Iterator

import numpy as np
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from numpy.typing import NDArray

from core.api.files import as_file
from core.errors import DomainError
from frames.formats import writing
from frames.formats.order import gaps_among
from frames.imaging import colormaps
from frames.imaging.png_rows import encode_rows_base64
from frames.imaging.strip import draw_strip
from frames.models import DepthScan
from frames.selectors import blocks
from frames.selectors.frames import MOST_ROWS, frames, grey_blocks

from .asked import Asked

Answer = Callable[[DepthScan | None, Asked], HttpResponseBase]


def json_answer(scan: DepthScan | None, asked: Asked) -> HttpResponseBase:
    """PNGs of a row each, in base64; an empty list where there are no rows."""
    return HttpResponse(f"[{','.join(_json_items(scan, asked))}]", content_type="application/json")


def png_answer(scan: DepthScan | None, asked: Asked) -> HttpResponseBase:
    """One picture. Raises DomainError where there are no rows."""
    numbers = _numbers(scan, asked, "png")
    if scan is None or not numbers:
        raise _no_rows(scan, asked)
    found = frames(scan, numbers)
    gaps = gaps_among(np.diff(found.depths), scan.step) + 1
    strip = draw_strip(_coloured(found.thin, asked), found.depths, scan.unit, gaps=gaps)
    return HttpResponse(strip, content_type="image/png")


def csv_answer(scan: DepthScan | None, asked: Asked) -> HttpResponseBase:
    """The numbers as they were imported, as a CSV that can be imported again. Raises DomainError of an empty scan."""
    scan, width = _with_width(scan, asked)
    found = grey_blocks(scan, _numbers(scan, asked, "csv"))

    def pieces() -> Iterator[bytes]:
        yield writing.csv_header(width)
        for block in found:
            yield from writing.csv_pieces(block.depths, block.grey)

    return StreamingHttpResponse(pieces(), content_type="text/csv; charset=utf-8")


def npy_answer(scan: DepthScan | None, asked: Asked) -> HttpResponseBase:
    """The numbers as they were imported, for `numpy.load`. Raises DomainError of an empty scan."""
    scan, width = _with_width(scan, asked)
    numbers = _numbers(scan, asked, "npy")
    header = writing.npy_header(len(numbers), width)
    found = grey_blocks(scan, numbers)

    def pieces() -> Iterator[bytes]:
        yield header
        for block in found:
            yield writing.npy_rows(block.depths, block.grey)

    length = len(header) + len(numbers) * writing.npy_dtype(width).itemsize
    return StreamingHttpResponse(pieces(), content_type="application/x-npy", headers={"Content-Length": str(length)})


ANSWERS: dict[str, Answer] = {"json": json_answer, "png": png_answer, "csv": csv_answer, "npy": npy_answer}


def named(response: HttpResponseBase, scan: DepthScan | None, asked: Asked, kind: str) -> HttpResponseBase:
    """With the headers of a file."""
    stem = slugify(scan.name)[:100] if scan else ""
    filename = f"{stem or 'scan'}_{asked.depth_min:.15g}-{asked.depth_max:.15g}.{kind}"
    return as_file(response, filename, is_attachment=kind in ("csv", "npy"))


def _numbers(scan: DepthScan | None, asked: Asked, kind: str) -> range:
    """The rows that are asked for. Raises DomainError where they are too many for an answer in memory."""
    most = MOST_ROWS.get(kind)
    if most and asked.limit and asked.limit > most:
        message = f"At most {most:,} rows can be had as {kind}. Give a smaller limit."
        raise DomainError.on_field("limit", "invalid", message)
    if scan is None:
        return range(0)
    numbers = blocks.rows_between(scan, asked.depth_min, asked.depth_max)[: asked.limit]
    if most and len(numbers) > most:
        message = f"There are {len(numbers):,} rows; {kind} has at most {most:,}. Ask for less depth or set limit."
        raise DomainError.on_field("depth_max", "too_many_rows", message)
    return numbers


def _with_width(scan: DepthScan | None, asked: Asked) -> tuple[DepthScan, int]:
    if scan is None or not scan.width or not scan.row_count:
        raise _no_rows(scan, asked)
    return scan, scan.width


def _no_rows(scan: DepthScan | None, asked: Asked) -> DomainError:
    """A 404 that says where there are rows."""
    if scan is None or not scan.row_count:
        message = "There are no rows yet. Import a CSV, or wait until its import is done."
    else:
        asked_for = f"from {asked.depth_min:.15g} to {asked.depth_max:.15g}"
        there = f"from {scan.depth_min:.15g} to {scan.depth_max:.15g} {scan.unit}"
        message = f"There are no rows {asked_for}; the scan has depths {there}."
    return DomainError("no_rows", message, status=404)


def _coloured(thin: NDArray[np.uint8], asked: Asked) -> NDArray[np.uint8]:
    """The rows (n, thin_width) in RGB, (n, thin_width, 3)."""
    lut = colormaps.windowed(colormaps.colormap(asked.colormap), asked.vmin, asked.vmax)
    return np.take(lut, thin, axis=0)


def _json_items(scan: DepthScan | None, asked: Asked) -> Iterator[str]:
    """By hand: base64 needs no escapes, and a serializer would look for some in every letter of it."""
    numbers = _numbers(scan, asked, "json")
    if scan is None or not numbers:
        return
    found = frames(scan, numbers)
    encoded = encode_rows_base64(_coloured(found.thin, asked))
    if not asked.depths:
        yield from (f'"{frame}"' for frame in encoded)
        return
    for depth, frame in zip(found.depths.tolist(), encoded, strict=True):
        yield f'{{"depth": {depth!r}, "frame": "{frame}"}}'
