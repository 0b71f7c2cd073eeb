"""The picture to compress: upright pixels at the output's size, and its colour profile."""

import io
import threading
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from poses.engine import structure
from poses.engine.decode import (
    FIRST_FRAME_ONLY,
    FORMATS,
    MAX_BYTES,
    MAX_PIXELS,
    MAX_SIDE,
    MIN_SIDE,
    DecodedPhoto,
    ImageFormat,
    decode,
)
from poses.engine.errors import ImageRefused

from . import colours, metadata, sizes
from .encoding import JPEG
from .orientation import TRANSPOSED, orientation_of, turned, upright_image

_JPEG_START = b"\xff\xd8\xff"
_DEEP_MODES = ("I", "F")
_GREY_MODES = ("1", "L", "LA", *_DEEP_MODES)
_READERS = tuple(name for name in FORMATS if name != "MPO")  # the JPEG reader opens those
_RGBA = 4
_CMYK_SPACES = ("CMYK", "YCCK")
# A thread keeps room for a photo of 16 megapixels: fresh memory of that size costs as much as a tenth of the work.
_KEPT_BYTES = 48_000_000
_rooms = threading.local()


@dataclass(frozen=True, slots=True)
class Header:
    """What the file's head says, before its pixels are asked for."""

    kind: ImageFormat
    profile: bytes
    is_grey: bool
    is_cmyk: bool
    has_full_chroma: bool
    has_alpha: bool
    is_animated: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Upright grey, RGB or RGBA pixels, smaller than the photo where less was wanted, and the profile they are in.

    The pixels may be the thread's own room and hold until the thread reads the next picture.
    """

    pixels: NDArray[np.uint8]
    profile: bytes
    full_size: tuple[int, int]


class _TurboHeader(NamedTuple):
    width: int
    height: int
    space: str
    sampling: str


def passed(content: bytes, decoded: DecodedPhoto | None) -> DecodedPhoto | None:
    """The gate's result; None for a JPEG that only `read` has still to decode. Raises ImageRefused.

    Everything else that has not been through the gate goes through it here, and so does a JPEG with anything amiss, for
    the gate to say what.
    """
    if decoded is not None or _is_harmless_jpeg(content):
        return decoded
    return decode(content, target_side=None)


def header(content: bytes, decoded: DecodedPhoto | None) -> Header:
    """Of a file that `passed`."""
    if content.startswith(_JPEG_START) and (turbo := _turbo_header(content)) is not None:
        return Header(
            JPEG,
            colours.usable(metadata.jpeg_profile(content)),
            is_grey=turbo.space == "GRAY",
            is_cmyk=turbo.space in _CMYK_SPACES,
            has_full_chroma=turbo.sampling == "444",
            has_alpha=False,
            is_animated=False,
        )
    kind = decoded.format if decoded is not None else JPEG
    is_animated = decoded is not None and FIRST_FRAME_ONLY in decoded.notices
    with _opened(content) as image:
        mode = image.mode.partition(";")[0]
        return Header(
            kind,
            colours.usable(image.info.get("icc_profile")),
            is_grey=mode in _GREY_MODES,
            is_cmyk=mode == "CMYK",
            has_full_chroma=True,
            has_alpha=image.has_transparency_data and mode not in _DEEP_MODES,
            is_animated=is_animated,
        )


def read(
    content: bytes,
    decoded: DecodedPhoto | None,
    head: Header,
    *,
    longest_side: int | None,
    keeps_alpha: bool,
) -> Picture:
    """The picture at most `longest_side` large; over white unless `keeps_alpha`. Raises ImageRefused.

    The gate's own pixels are used where they are large enough and nothing is lost by it.
    """
    needs_alpha = keeps_alpha and head.has_alpha
    is_by_profile = head.is_cmyk and bool(head.profile)
    if decoded is not None and not needs_alpha and not is_by_profile and _is_enough(decoded, longest_side):
        return _from_rgb(decoded, head, longest_side)
    if needs_alpha or is_by_profile:
        return _by_pillow(content, head, longest_side, keeps_alpha=needs_alpha)
    if head.kind == JPEG and not head.is_cmyk:
        picture = _by_turbo(content, head, longest_side)
        if picture is not None:
            return picture
    return _from_rgb(decode(content, target_side=None), head, longest_side)


def orientation(content: bytes) -> int:
    """What turns the file's own pixels upright, 1 to 8."""
    with _opened(content) as image:
        return orientation_of(image)


def opaque_pixels(content: bytes) -> NDArray[np.uint8]:
    """A finished output's pixels in grey or RGB, over white."""
    with _opened(content) as image:
        image.load()
        return np.asarray(_over_white(upright_image(image)))


def over_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same of pixels."""
    return np.asarray(_over_white(Image.fromarray(pixels))) if pixels.shape[2:] == (_RGBA,) else pixels


def _is_harmless_jpeg(content: bytes) -> bool:
    """Whether a JPEG passes what the gate checks before it decodes."""
    if not content.startswith(_JPEG_START) or len(content) > MAX_BYTES:
        return False
    structure.check(content)
    turbo = _turbo_header(content)
    if turbo is None or turbo.space in _CMYK_SPACES:
        return False
    shorter, longer = sorted((turbo.width, turbo.height))
    is_small = shorter * longer <= MAX_PIXELS and shorter >= MIN_SIDE and longer <= MAX_SIDE
    return is_small and not structure.has_too_many_scans(content)


def _turbo_header(content: bytes) -> _TurboHeader | None:
    try:
        height, width, space, sampling = simplejpeg.decode_jpeg_header(content)
    except ValueError:
        return None
    return _TurboHeader(width, height, space.upper(), sampling)


def _is_enough(decoded: DecodedPhoto, longest_side: int | None) -> bool:
    height, width = decoded.pixels.shape[:2]
    return (width, height) == (decoded.width, decoded.height) or (
        longest_side is not None and max(width, height) >= longest_side
    )


def _from_rgb(decoded: DecodedPhoto, head: Header, longest_side: int | None) -> Picture:
    full_size = decoded.width, decoded.height
    pixels = np.ascontiguousarray(decoded.pixels[..., 0]) if head.is_grey else decoded.pixels
    pixels = sizes.resized(pixels, sizes.fitted(*full_size, longest_side))
    return Picture(pixels, b"" if head.is_cmyk else head.profile, full_size)


def _by_turbo(content: bytes, head: Header, longest_side: int | None) -> Picture | None:
    """A JPEG, decoded small where less is wanted; None where a careful reader has to judge what is wrong with it."""
    space, channels = ("GRAY", 1) if head.is_grey else ("RGB", 3)
    try:
        height, width, _, _ = simplejpeg.decode_jpeg_header(content)
        target = sizes.fitted(width, height, longest_side)
        least = {} if target == (width, height) else {"min_width": target[0], "min_height": target[1]}
        rows, columns, _, _ = simplejpeg.decode_jpeg_header(content, **least)
        pixels = simplejpeg.decode_jpeg(
            content,
            colorspace=space,
            buffer=_room(rows * columns * channels),
            # Colours stored at half the size are stored so again: best not blended on the way.
            fastupsample=not least,
            **least,
        )
    except ValueError:
        return None
    pixels = sizes.resized(pixels[..., 0] if head.is_grey else pixels, target)
    turn = orientation(content)
    return Picture(turned(pixels, turn), head.profile, (height, width) if turn in TRANSPOSED else (width, height))


def _room(size_bytes: int) -> NDArray[np.uint8]:
    if size_bytes > _KEPT_BYTES:
        return np.empty(size_bytes, np.uint8)
    kept: NDArray[np.uint8] | None = getattr(_rooms, "room", None)
    if kept is None or len(kept) < size_bytes:
        kept = _rooms.room = np.empty(size_bytes, np.uint8)
    return kept


def _by_pillow(content: bytes, head: Header, longest_side: int | None, *, keeps_alpha: bool) -> Picture:
    """With transparency, or CMYK by its profile, which is then sRGB."""
    try:
        with _opened(content) as image:
            image.load()
            upright = upright_image(image)
        profile = head.profile if keeps_alpha and not _is_by_grey_profile(head) else b""
        coloured = _with_alpha(upright, head) if keeps_alpha else colours.to_srgb(upright, head.profile)
    except MemoryError:
        raise
    except Exception as error:  # decoders raise whatever a broken file makes them stumble over
        raise ImageRefused("corrupt_image", "The photo is damaged or cut off and cannot be decoded.") from error
    pixels = np.asarray(coloured)
    return Picture(sizes.resized(pixels, sizes.fitted(*coloured.size, longest_side)), profile, coloured.size)


def _with_alpha(image: Image.Image, head: Header) -> Image.Image:
    if not _is_by_grey_profile(head):
        return image.convert("RGBA")
    grey = image.convert("LA")
    coloured = colours.to_srgb(grey.getchannel("L"), head.profile)
    coloured.putalpha(grey.getchannel("A"))
    return coloured


def _is_by_grey_profile(head: Header) -> bool:
    return head.is_grey and colours.space_of(head.profile) == colours.GREY


def _over_white(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=_READERS)
