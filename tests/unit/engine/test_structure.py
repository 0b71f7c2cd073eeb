"""Files that are small pictures and cost a reader seconds to minutes, unless they are refused by their outline."""

import struct
import time
from collections.abc import Callable

import numpy as np
import pytest

from poses.engine import structure
from poses.engine.decode import decode

from . import files
from .files import code_of, jpeg_segment, png, png_chunk, small_photo, with_segments

SIZE = 24 * 1024 * 1024


def many(part: bytes) -> bytes:
    return part * (SIZE // len(part))


def in_gif_header(extension: bytes) -> bytes:
    content = small_photo("GIF")
    frame = content.index(b"\x2c\0\0\0\0")
    return content[:frame] + extension + content[frame:]


def run_length_bmp() -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, 7_000, 7_000, 1, 8, 1, 0, 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 1078) + info + bytes(1024) + many(b"\1\1")


def big_tiff_with_many_entries() -> bytes:
    entry = struct.pack("<HHQQ", 40_000, 1, 1, 0)
    return b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, SIZE // 20) + many(entry)


COSTLY: dict[str, Callable[[], bytes]] = {
    "JPEG, two bytes of EXIF a segment": lambda: with_segments(
        small_photo("JPEG"), many(jpeg_segment(0xE1, b"Exif\0\0MM"))
    ),
    "JPEG, empty segments": lambda: with_segments(small_photo("JPEG"), many(jpeg_segment(0xE5))),
    "JPEG, padding": lambda: with_segments(small_photo("JPEG"), many(b"\xff")),
    "JPEG, starts without end": lambda: with_segments(small_photo("JPEG"), many(b"\xff\xd8")),
    "PNG, empty chunks": lambda: png(64, 64, before_pixels=many(png_chunk(b"abCd"))),
    "GIF, comment of one byte a block": lambda: in_gif_header(b"!\xfe" + many(b"\1a") + b"\0"),
    "GIF, frame of one byte a block": lambda: small_photo("GIF")[:-2] + many(b"\1\0") + b"\0;",
    "BMP, run lengths": run_length_bmp,
    "TIFF, tiles of one pixel": lambda: files.tiff(2_400, 2_400, tile=(1, 1), offsets=5_760_000),
    "TIFF, tiles of one pixel, big endian": lambda: files.tiff(999, 999, tile=(1, 1), offsets=998_001, order=">"),
    "TIFF, a million entries": big_tiff_with_many_entries,
}


@pytest.mark.parametrize("make", COSTLY.values(), ids=COSTLY.keys())
def test_a_small_picture_in_a_costly_outline_is_refused_at_once(make):
    content = make()
    started = time.perf_counter()
    assert code_of(content) == "too_complex"
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize("head", [b"II\0*", b"II*\0"])
def test_the_odd_tiff_heads_that_pillow_takes_are_looked_at_as_well(head):
    content = files.tiff(999, 999, tile=(1, 1), offsets=998_001)
    assert code_of(head + content[4:]) == "too_complex"


def test_what_cameras_and_programs_write_passes():
    assert structure.MAX_JPEG_SEGMENTS >= 255 + 25 * 1024 // 64  # a full ICC profile and 25 MB of extended XMP
    assert structure.MAX_PNG_CHUNKS >= 25 * 1024 * 1024 / 1024
    assert structure.MAX_GIF_BLOCKS >= 2 * 25 * 1024 * 1024 / 255
    assert structure.MAX_TIFF_TILES >= 4 * 16_384  # a strip a row, a plane a colour


def test_a_photo_with_a_film_behind_it_is_not_too_complex():
    """Phones put a film behind the photo, whose bytes hold the scan marker by chance."""
    film = np.random.default_rng(1).bytes(8_000_000)
    assert film.count(b"\xff\xda") > structure.MAX_JPEG_SCANS
    assert decode(small_photo("JPEG") + film).width == 96


def test_scan_markers_inside_a_segment_are_not_scans():
    content = with_segments(small_photo("JPEG"), jpeg_segment(0xED, b"\xff\xda" * 500))
    assert decode(content).width == 96


def test_scans_are_not_hidden_by_a_false_segment_between_them():
    """A marker that libjpeg steps over carries no length here either."""
    progressive = files.saved(files.astronaut().resize((64, 64)), "JPEG", progressive=True)
    content = files.with_repeated_last_scan(progressive, 100)
    first = content.index(b"\xff\xda")
    hidden = content[:first] + b"\xff\x02\xff\xff" + content[first:]
    assert structure.has_too_many_scans(hidden)


def test_segments_without_end_between_scans_are_counted_too():
    jpeg = small_photo("JPEG")
    content = jpeg[:-2] + jpeg_segment(0xE5) * 5_000 + b"\xff\xda" * 70 + b"\xff\xd9"
    started = time.perf_counter()
    assert structure.has_too_many_scans(content)
    assert time.perf_counter() - started < 0.1


def test_many_scans_behind_the_end_of_the_picture_do_not_count():
    assert not structure.has_too_many_scans(small_photo("JPEG") + b"\xff\xda\0\x02" * 1_000)


@pytest.mark.parametrize("format_name", files.EIGHT_FORMATS)
def test_a_plain_photo_is_not_complex(format_name):
    structure.check(small_photo(format_name))
    assert structure.starts_like_a_photo(small_photo(format_name)) is (format_name != "TIFF")


@pytest.mark.parametrize(
    "content", [b"\xff\xd8\xff", b"\xff\xd8\xff\xe1", b"GIF89a", b"BM", b"II*\0", b"MM\0*\0\0", b""]
)
def test_a_head_alone_is_looked_at_without_stumbling(content):
    structure.check(content)
    assert not structure.has_too_many_scans(content)
