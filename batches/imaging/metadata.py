"""Taking place, camera, comments and thumbnails out of a file without touching its pixels.

JPEG, PNG and WebP are rows of marked pieces, so a file is kept by keeping those pieces that the picture's own look
needs and no other: colour profile, palette, transparency, resolution. What lies behind the picture's end (a phone's
second picture or film) goes as well.
"""

import contextlib
import re
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from poses.engine.structure import MAX_JPEG_SEGMENTS

_ORIENTATION_TAG = 0x0112

_SOI, _EOI, _SOS = b"\xff\xd8", 0xD9, 0xDA
_APP0, _EXIF, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
# Frames and Huffman tables, scans, quantisation, restarts: what a decoder needs (ISO/IEC 10918-1, table B.1).
_PICTURE_MARKERS = (*range(0xC0, 0xD0), _SOS, _EOI, 0xDB, 0xDD)
_JFIF, _ICC, _ADOBE = b"JFIF\0", b"ICC_PROFILE\0", b"Adobe"
_JFIF_BYTES = 14
# A marker as it can occur in a scan: stuffing, restarts and padding are none.
_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_ICC_BYTES_A_SEGMENT = 65_519

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# How the samples are to be shown; none of it says anything of its maker.
PNG_COLOUR_CHUNKS = (b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"mDCV", b"cLLI")
_PNG_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"sBIT", b"bKGD", b"pHYs", *PNG_COLOUR_CHUNKS)

_WEBP_CHUNKS = (b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"VP8L")
_WEBP_EXIF_FLAG, _WEBP_XMP_FLAG = 0x08, 0x04


def stripped(content: bytes, format_name: str, orientation: int) -> bytes | None:
    """The same picture without metadata, None where that cannot be had without loss.

    An `orientation` (1 to 8) other than 1 stays, alone in an EXIF of 26 bytes: without it the picture would lie.
    An animated PNG becomes its first frame; `content` is one that decoders read, and no animated WebP.
    """
    strip = {"JPEG": _stripped_jpeg, "PNG": _stripped_png, "WebP": _stripped_webp}.get(format_name)
    try:
        return strip(content, orientation) if strip else None
    except (LookupError, ValueError, struct.error):  # readers forgive more than is known here
        return None


def jpeg_profile(content: bytes) -> bytes:
    """A JPEG's colour profile, put together from its segments; empty where it has none or not all of it."""
    pieces = []
    with contextlib.suppress(LookupError, ValueError, struct.error):
        for marker, segment in _jpeg_segments(content):
            if marker == _APP2 and segment[4:].startswith(_ICC):
                piece = segment[4 + len(_ICC) :]
                pieces.append((piece[0], piece[1], piece[2:]))
    if {count for _, count, _ in pieces} != {len(pieces)}:
        return b""
    return b"".join(piece for _, _, piece in sorted(pieces))


def with_jpeg_profile(jpeg: bytes, profile: bytes) -> bytes:
    """A JPEG that begins with a JFIF segment, with the colour profile behind that."""
    if not profile:
        return jpeg
    pieces = [profile[at : at + _ICC_BYTES_A_SEGMENT] for at in range(0, len(profile), _ICC_BYTES_A_SEGMENT)]
    segments = [
        _jpeg_segment(_APP2, _ICC + bytes((number, len(pieces))) + piece) for number, piece in enumerate(pieces, 1)
    ]
    at = 4 + int.from_bytes(jpeg[4:6], "big")
    return b"".join((jpeg[:at], *segments, jpeg[at:]))


def png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """A PNG's chunks up to its end: the kind, and the chunk with length and checksum."""
    at, kind = len(PNG_SIGNATURE), b""
    while kind != b"IEND" and at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        kind = content[at + 4 : at + 8]
        yield kind, content[at : at + 12 + length]
        at += 12 + length


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk with length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _stripped_jpeg(content: bytes, orientation: int) -> bytes:
    kept = [_SOI]
    for marker, segment in _jpeg_segments(content, to_the_end=True):
        if marker == _APP0 and segment[4:].startswith(_JFIF):
            # Without the thumbnail that it may hold.
            kept.append(_jpeg_segment(_APP0, segment[4 : 4 + _JFIF_BYTES - 2] + b"\0\0"))
        elif marker in _PICTURE_MARKERS or _is_colour(marker, segment):
            kept.append(segment)
    if orientation != 1:
        at = 2 if kept[1].startswith(b"\xff\xe0") else 1
        kept.insert(at, _jpeg_segment(_EXIF, b"Exif\0\0" + _exif(orientation)))
    return b"".join(kept)


def _is_colour(marker: int, segment: bytes) -> bool:
    return (marker == _APP2 and segment[4:].startswith(_ICC)) or (marker == _APP14 and segment[4:].startswith(_ADOBE))


def _jpeg_segments(content: bytes, *, to_the_end: bool = False) -> Iterator[tuple[int, bytes]]:
    """Marker and segment with its head, each in turn; scans with what they hold, and only where all is wanted."""
    at = 2
    for _ in range(MAX_JPEG_SEGMENTS):
        at = content.index(b"\xff", at)
        while content[at + 1] == 0xFF:  # noqa: PLR2004 - padding
            at += 1
        marker = content[at + 1]
        if marker == _EOI:
            yield marker, content[at : at + 2]
            return
        if marker == _SOS and not to_the_end:
            return
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if marker == _SOS:
            found = _MARKER_IN_SCAN.search(content, end)
            end = found.start() if found else len(content)
        yield marker, content[at:end]
        at = end
    raise IndexError("more segments than a photo has")


def _jpeg_segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def _stripped_png(content: bytes, orientation: int) -> bytes:
    kept = [PNG_SIGNATURE]
    for kind, chunk in png_chunks(content):
        if kind == b"IDAT" and orientation != 1 and not any(piece[4:8] == b"IDAT" for piece in kept):
            kept.append(png_chunk(b"eXIf", _exif(orientation)))
        if kind in _PNG_CHUNKS:
            kept.append(chunk)
    return b"".join(kept)


def _stripped_webp(content: bytes, orientation: int) -> bytes:
    kept, at = [], 12
    end = min(len(content), 8 + int.from_bytes(content[4:8], "little"))
    while at < end:
        (length,) = struct.unpack_from("<I", content, at + 4)
        kind, chunk = content[at : at + 4], content[at : at + 8 + length + length % 2]
        at += len(chunk)
        if kind == b"VP8X":
            flags = chunk[8] & ~(_WEBP_EXIF_FLAG | _WEBP_XMP_FLAG) | (_WEBP_EXIF_FLAG if orientation != 1 else 0)
            chunk = chunk[:8] + bytes((flags,)) + chunk[9:]
        if kind in _WEBP_CHUNKS:
            kept.append(chunk)
    if orientation != 1:
        exif = _exif(orientation)
        kept.append(b"EXIF" + struct.pack("<I", len(exif)) + exif)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _exif(orientation: int) -> bytes:
    data = Image.Exif()
    data[_ORIENTATION_TAG] = orientation
    return data.tobytes().removeprefix(b"Exif\0\0")
