"""What a file's own outline says before a decoder reads it.

Pillow walks headers in Python, so 25 MB of tiny segments, chunks or tiles cost seconds to minutes and gigabytes for a
small picture (measured: two-byte EXIF segments in a JPEG 82 s, 1 × 1 tiles in a TIFF 26 s and 2 GB). Each limit is far
above what cameras and programs write.
"""

import re
import struct

from PIL import JpegImagePlugin

from .errors import ImageRefused

MAX_JPEG_SCANS = 64
MAX_JPEG_SEGMENTS = 1_000
MAX_PNG_CHUNKS = 100_000
MAX_GIF_BLOCKS = 250_000
MAX_TIFF_TILES = 65_536
MAX_RLE_BYTES = 5 * 1024 * 1024

_START_OF_SCAN, _END_OF_IMAGE, _START_OF_IMAGE, _PADDING = 0xDA, 0xD9, 0xD8, 0xFF
# In the order of the specification: what is none of these is data, a restart or padding, and has no length.
_JPEG_MARKER = re.compile(rb"\xff+([\xc0-\xcf\xd8-\xfe])")
_BMP_HEADER_SIZES = (12, 16, 40, 52, 56, 64, 108, 124)
_BMP_RUN_LENGTHS = (1, 2)
_TIFF_HEADS = (b"II*\0", b"MM\0*", b"II\0*", b"MM*\0", b"II+\0", b"MM\0+")
_BIG_TIFF = 43
_TIFF_TILE_TAGS = (273, 324)  # StripOffsets, TileOffsets


def check(content: bytes) -> None:
    """Refuses a file that could not even be opened in reasonable time. Raises ImageRefused (`too_complex`)."""
    if content.startswith(b"\xff\xd8\xff"):
        is_complex = _has_many_jpeg_segments(content)
    elif content.startswith(b"\x89PNG\r\n\x1a\n"):
        is_complex = _has_many_png_chunks(content)
    elif content.startswith((b"GIF87a", b"GIF89a")):
        is_complex = _has_many_gif_blocks(content)
    elif content.startswith(b"BM"):
        is_complex = _is_long_run_length_bmp(content)
    else:
        is_complex = any(count > MAX_TIFF_TILES for count in _tiff_tile_counts(content) or ())
    if is_complex:
        raise ImageRefused(
            "too_complex", "The file is built of far more parts than a photo has. Save it again as a plain JPEG or PNG."
        )


def has_too_many_scans(content: bytes) -> bool:
    """Whether a JPEG has more than 64 scans: each is a pass over the whole picture.

    Scans are counted as libjpeg meets them. What lies behind the picture's end (a phone's film, an archive) or inside a
    segment may hold the same two bytes by chance, so the plain count only tells the harmless apart, quickly.
    """
    if content.count(b"\xff\xda") <= MAX_JPEG_SCANS:
        return False
    position, scans, segments = 2, 0, 0
    while scans <= MAX_JPEG_SCANS and segments <= MAX_JPEG_SEGMENTS:
        marker = _JPEG_MARKER.search(content, position)
        if marker is None or marker[1][0] in (_END_OF_IMAGE, _START_OF_IMAGE):
            return False
        segments += 1
        scans += marker[1][0] == _START_OF_SCAN
        position = marker.end() + max(2, int.from_bytes(content[marker.end() : marker.end() + 2], "big"))
    return True


def starts_like_a_photo(content: bytes) -> bool:
    """Whether a file that no reader could open begins as theirs do, so that it is damaged and not something else."""
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")):
        return True
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return True
    if content[4:8] == b"ftyp" and content[8:12] in (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1"):
        return True
    if content.startswith(b"BM"):
        return int.from_bytes(content[14:18], "little") in _BMP_HEADER_SIZES
    return _is_tiff(content) and _tiff_tile_counts(content) is None


def _has_many_jpeg_segments(content: bytes) -> bool:
    """Follows the header up to the first scan as Pillow does, which takes one Python call or more a segment."""
    position = 2
    for _ in range(MAX_JPEG_SEGMENTS):
        position = content.find(b"\xff", position)
        if not 0 <= position < len(content) - 1:
            return False
        code = content[position + 1]
        if code == _START_OF_SCAN:
            return False
        _, _, handler = JpegImagePlugin.MARKER.get(0xFF00 | code, ("", "", None))
        length = int.from_bytes(content[position + 2 : position + 4], "big") if handler else 0
        position += 1 if code == _PADDING else 2 + (max(2, length) if handler else 0)
    return True


def _has_many_png_chunks(content: bytes) -> bool:
    position = 8
    for _ in range(MAX_PNG_CHUNKS):
        position += 12 + int.from_bytes(content[position : position + 4], "big")
        if position >= len(content):
            return False
    return True


def _has_many_gif_blocks(content: bytes) -> bool:
    """Follows the blocks to the second frame, which is as far as anyone looks."""
    position, frames, blocks = 13 + _gif_palette_bytes(content, 10), 0, 0
    while frames <= 1 and position < len(content) and blocks <= MAX_GIF_BLOCKS:
        introducer = content[position : position + 1]
        blocks += 1
        if introducer == b";":
            break
        if introducer == b"!":
            position += 2
        elif introducer == b",":
            frames += 1
            position += 11 + _gif_palette_bytes(content, position + 9)
        else:
            position += 1
            continue
        while position < len(content) and content[position] and blocks <= MAX_GIF_BLOCKS:
            position += 1 + content[position]
            blocks += 1
        position += 1
    return blocks > MAX_GIF_BLOCKS


def _gif_palette_bytes(content: bytes, flags_at: int) -> int:
    flags = content[flags_at] if flags_at < len(content) else 0
    return 6 << (flags & 7) if flags & 0x80 else 0


def _is_long_run_length_bmp(content: bytes) -> bool:
    """Pillow expands run lengths in Python."""
    return int.from_bytes(content[30:34], "little") in _BMP_RUN_LENGTHS and len(content) > MAX_RLE_BYTES


def _is_tiff(content: bytes) -> bool:
    return content.startswith(_TIFF_HEADS)


def _tiff_tile_counts(content: bytes) -> list[int] | None:
    """How many strips or tiles the first picture of a TIFF claims, None where its directory is not in the file.

    Pillow takes a TIFF for a big one by its third byte alone, so the same is done here.
    """
    if not _is_tiff(content):
        return []
    order = "<" if content.startswith(b"II") else ">"
    is_big = content[2] == _BIG_TIFF
    start, count, entry = ("Q", "Q", "HHQ8x") if is_big else ("I", "H", "HHI4x")
    try:
        (position,) = struct.unpack_from(order + start, content, 8 if is_big else 4)
        (entries,) = struct.unpack_from(order + count, content, position)
        if entries > MAX_TIFF_TILES:
            return [entries]
        position += struct.calcsize("=" + count)
        table = memoryview(content)[position : position + entries * struct.calcsize("=" + entry)]
        return [length for tag, _, length in struct.iter_unpack(order + entry, table) if tag in _TIFF_TILE_TAGS]
    except (struct.error, OverflowError):
        return None
