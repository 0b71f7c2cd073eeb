"""Image files made for the tests: real ones by Pillow, hostile ones by hand."""

import functools
import io
import struct
import zlib
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pillow_heif
import pytest
import skimage.data
from PIL import Image

from poses.engine.decode import DecodedPhoto, decode
from poses.engine.errors import ImageRefused

pillow_heif.register_heif_opener(thumbnails=False)

EIGHT_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF", "HEIF")
LOSSLESS = {"WEBP": {"lossless": True}, "AVIF": {"quality": 100, "subsampling": "4:4:4"}, "HEIF": {"quality": -1}}
# The four corners of `corners()`, clockwise from the top left.
CORNERS = ((255, 0, 0), (0, 200, 0), (0, 0, 255), (250, 250, 0))


def saved(image: Image.Image, format_name: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, format_name, **options)
    return target.getvalue()


@functools.cache
def astronaut() -> Image.Image:
    """512 × 512, one woman."""
    return Image.fromarray(skimage.data.astronaut())


@functools.cache
def grace_hopper() -> Image.Image:
    """512 × 600, one woman."""
    with Image.open(Path(mpl.get_data_path(), "sample_data", "grace_hopper.jpg")) as image:
        return image.convert("RGB")


@functools.cache
def small_photo(format_name: str) -> bytes:
    """A real photo of 96 × 80 pixels."""
    return saved(astronaut().crop((150, 60, 342, 220)).resize((96, 80)), format_name)


def corners(width: int = 96, height: int = 64) -> Image.Image:
    """A picture whose four quarters tell every orientation apart."""
    pixels = np.empty((height, width, 3), np.uint8)
    half_x, half_y = width // 2, height // 2
    top_left, top_right, bottom_right, bottom_left = CORNERS
    pixels[:half_y, :half_x], pixels[:half_y, half_x:] = top_left, top_right
    pixels[half_y:, half_x:], pixels[half_y:, :half_x] = bottom_right, bottom_left
    return Image.fromarray(pixels)


def corners_of(photo: DecodedPhoto) -> list[tuple[int, ...]]:
    """The colours in the middle of the four quarters, clockwise from the top left."""
    height, width = photo.pixels.shape[:2]
    at = ((1, 1), (1, 3), (3, 3), (3, 1))
    return [tuple(int(value) for value in photo.pixels[y * height // 4, x * width // 4]) for y, x in at]


def are_close(colours: list[tuple[int, ...]], expected: object, within: int = 12) -> bool:
    return bool(np.abs(np.array(colours, int) - np.array(expected, int)).max() <= within)


def exif(orientation: int) -> bytes:
    data = Image.Exif()
    data[0x0112] = orientation
    return data.tobytes()


def png_chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, before_pixels: bytes = b"", pixels: bytes | None = None) -> bytes:
    """An 8-bit grey PNG written by hand; black where no compressed `pixels` are given."""
    body = zlib.compress(bytes((width + 1) * height)) if pixels is None else pixels
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + before_pixels + png_chunk(b"IDAT", body) + png_chunk(b"IEND")


def jpeg_segment(marker: int, data: bytes = b"") -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def with_segments(jpeg: bytes, segments: bytes) -> bytes:
    """The JPEG with `segments` right behind its start."""
    return jpeg[:2] + segments + jpeg[2:]


def with_repeated_last_scan(jpeg: bytes, scans: int) -> bytes:
    """A progressive JPEG made to hold `scans` scans by repeating its last one."""
    last = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    missing = scans - jpeg.count(b"\xff\xda")
    return jpeg[:-2] + last * missing + b"\xff\xd9"


def tiff(width: int, height: int, *, tile: tuple[int, int] | None = None, offsets: int = 1, order: str = "<") -> bytes:
    """A raw grey TIFF directory by hand, whose strips or tiles all lie at byte 8."""
    entries = [(256, 4, [width]), (257, 4, [height]), (258, 3, [8]), (259, 3, [1]), (262, 3, [1]), (277, 3, [1])]
    where = [8] * offsets
    entries += [(322, 4, [tile[0]]), (323, 4, [tile[1]]), (324, 4, where)] if tile else [(273, 4, where)]
    body_at = 8 + 2 + len(entries) * 12 + 4
    table, body = b"", b""
    for tag, kind, values in entries:
        raw = struct.pack(f"{order}{len(values)}{'H' if kind == 3 else 'I'}", *values)
        table += struct.pack(f"{order}HHI", tag, kind, len(values))
        if len(raw) <= 4:
            table += raw.ljust(4, b"\0")
        else:
            table += struct.pack(f"{order}I", body_at + len(body))
            body += raw
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HIH", 42, 8, len(entries))
    return head + table + bytes(4) + body + bytes(width * height if width * height < 1_000_000 else 0)


def code_of(content: bytes) -> str:
    """The gate's code for a file that it refuses."""
    with pytest.raises(ImageRefused) as caught:
        decode(content)
    return caught.value.code
