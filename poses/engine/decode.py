"""The gate: what an upload must pass, in one fixed order, and the pixels that come out of it.

Refusals carry these codes, in the order of the checks: `empty_file`, `file_too_large`, `not_an_image`,
`too_many_pixels`, `bad_dimensions`, `too_complex`, `corrupt_image`; a file whose outline alone would take a reader long
is `too_complex` before its size is known. The file's name and declared type play no part; nothing is decoded before
its size is known.
"""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pillow_heif
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from . import structure
from .errors import ImageRefused
from .structure import MAX_JPEG_SCANS

pillow_heif.register_heif_opener(thumbnails=False)
# The gate has its own limit, below Pillow's, and refuses by it before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 50_000_000
MIN_SIDE, MAX_SIDE = 16, 16_384
# The model looks at 256 pixels of a person; decoding to about this many moves keypoints less than its own jitter.
MODEL_SIDE = 1280
_READ_BYTES = 1 << 20
_SWAPPING_ORIENTATIONS = (5, 6, 7, 8)
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MAX_16_BIT = 65_535
_GREYS = np.rint(np.arange(_MAX_16_BIT + 1) / (_MAX_16_BIT / 255)).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class ImageFormat:
    """How a stored photo is named and served."""

    name: str
    extension: str
    content_type: str


FORMATS = {
    "JPEG": ImageFormat("JPEG", "jpg", "image/jpeg"),
    "MPO": ImageFormat("JPEG", "jpg", "image/jpeg"),  # phones' JPEG with a second picture behind the first
    "PNG": ImageFormat("PNG", "png", "image/png"),
    "WEBP": ImageFormat("WebP", "webp", "image/webp"),
    "AVIF": ImageFormat("AVIF", "avif", "image/avif"),
    "GIF": ImageFormat("GIF", "gif", "image/gif"),
    "BMP": ImageFormat("BMP", "bmp", "image/bmp"),
    "TIFF": ImageFormat("TIFF", "tif", "image/tiff"),
    "HEIF": ImageFormat("HEIC", "heic", "image/heic"),
}
_READERS = tuple(name for name in FORMATS if name != "MPO")  # MPO is opened by the JPEG reader
FIRST_FRAME_ONLY = "first_frame_only"


@dataclass(frozen=True, slots=True)
class DecodedPhoto:
    """A photo that passed the gate.

    `pixels` are RGB, upright, uint8 of shape (h, w, 3), possibly smaller than the photo; `width` and `height` are the
    upright photo's own. Keypoints are shares of width and height, so they hold for both. `is_displayable` says whether
    browsers show the file itself as it was decoded here.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    format: ImageFormat
    is_displayable: bool
    notices: tuple[str, ...]


def read_bounded(stream: BinaryIO, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The stream's bytes. Raises ImageRefused (`empty_file`, `file_too_large`), the latter without reading on."""
    chunks, total = [], 0
    while chunk := stream.read(_READ_BYTES):
        total += len(chunk)
        if total > max_bytes:
            raise _too_large(max_bytes)
        chunks.append(chunk)
    if not total:
        raise ImageRefused("empty_file", "The file is empty.")
    return b"".join(chunks)


def decode(content: bytes, *, target_side: int | None = MODEL_SIDE) -> DecodedPhoto:
    """Passes `content` through the gate and decodes it.

    With a `target_side` the pixels may be reduced by a whole factor, as long as the longer side stays at least that;
    a JPEG is then decoded small in the first place, which takes half the time. None decodes every pixel.
    Raises ImageRefused.
    """
    if not content:
        raise ImageRefused("empty_file", "The file is empty.")
    if len(content) > MAX_BYTES:
        raise _too_large(MAX_BYTES)
    structure.check(content)
    image = _opened(content)
    kind = FORMATS[image.format or ""]
    width, height = image.size
    _check_size(width, height)
    if kind.name == "JPEG" and structure.has_too_many_scans(content):
        raise ImageRefused(
            "too_complex", f"The JPEG has more than {MAX_JPEG_SCANS} scans. Save it again as a plain JPEG."
        )
    with _decoder_errors():
        is_animated = kind.name != "JPEG" and bool(getattr(image, "is_animated", False))
        if target_side and kind.name == "JPEG":
            _draft(image, target_side)
        plain = None
        if kind.name == "JPEG" and image.size == (width, height):  # it is decoded whole
            plain = _plain_jpeg(content, image, target_side)
        if plain is not None:
            return DecodedPhoto(plain, width, height, kind, _is_displayable(image, kind, 1), ())
        image.load()
        orientation = _orientation(image)
        is_displayable = not is_animated and _is_displayable(image, kind, orientation)
        if (turn := _TURNS.get(orientation or 1)) is not None:  # flipping is 0
            image = image.transpose(turn)
            width, height = (height, width) if orientation in _SWAPPING_ORIENTATIONS else (width, height)
        if kind.name != "JPEG" and image.size != (width, height):
            raise ImageRefused("corrupt_image", "The photo's pixels are not of the size that its header names.")
        pixels = np.asarray(_rgb(image, target_side))
    notices = (FIRST_FRAME_ONLY,) if is_animated else ()
    return DecodedPhoto(pixels, width, height, kind, is_displayable, notices)


def _too_large(max_bytes: int) -> ImageRefused:
    return ImageRefused("file_too_large", f"The file is larger than {max_bytes // (1024 * 1024)} MB.")


def _opened(content: bytes) -> Image.Image:
    with _decoder_errors():
        try:
            return Image.open(io.BytesIO(content), formats=_READERS)
        except Exception as error:
            if isinstance(error, MemoryError) or structure.starts_like_a_photo(content):
                raise
            names = ", ".join(dict.fromkeys(kind.name for kind in FORMATS.values()))
            raise ImageRefused(
                "not_an_image", f"The file is not a photo in a format that is read here: {names}."
            ) from error


@contextlib.contextmanager
def _decoder_errors() -> Iterator[None]:
    """Decoders raise whatever a broken file makes them stumble over; it all means the same."""
    try:
        yield
    except (ImageRefused, MemoryError):
        raise
    except Exception as error:
        raise ImageRefused("corrupt_image", "The photo is damaged or cut off and cannot be decoded.") from error


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageRefused(
            "too_many_pixels",
            f"The photo has {width} × {height} pixels; at most {MAX_PIXELS // 1_000_000} megapixels are taken.",
        )
    if not (min(width, height) >= MIN_SIDE and max(width, height) <= MAX_SIDE):
        raise ImageRefused(
            "bad_dimensions",
            f"The photo has {width} × {height} pixels; each side must have {MIN_SIDE} to {MAX_SIDE:,}.",
        )


def _draft(image: Image.Image, target_side: int) -> None:
    """Asks the JPEG decoder for 1/2, 1/4 or 1/8, the smallest whose longer side is still `target_side`."""
    scale = target_side / max(image.size)
    if scale < 1:
        width, height = image.size
        image.draft(None, (max(1, int(width * scale)), max(1, int(height * scale))))


def _plain_jpeg(content: bytes, image: Image.Image, target_side: int | None) -> NDArray[np.uint8] | None:
    """The pixels of an upright colour JPEG that is not to be reduced, in two thirds of Pillow's time, equal to its own.

    None for every other file, and for one that libjpeg has the least to say of: what is taken of those, Pillow decides.
    """
    is_reduced = target_side and max(image.size) // target_side > 1
    if image.mode != "RGB" or is_reduced or _orientation(image) != 1:
        return None
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(content, colorspace="RGB", strict=True)
    except ValueError:
        return None
    return pixels if pixels.shape == (image.height, image.width, 3) else None


def _orientation(image: Image.Image) -> int | None:
    """A loaded picture's orientation, 1 to 8; None where its EXIF cannot be read, which costs no one the photo.

    TIFF and HEIF are turned by their readers, whose size is upright from the start and who drop the tag by the time the
    pixels are there. Asking for the tag after loading and turning by it applies every orientation exactly once.
    """
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # broken EXIF raises anything
        return None
    if not isinstance(orientation, int):
        return None
    return orientation if orientation in range(1, 9) else 1


def _is_displayable(image: Image.Image, kind: ImageFormat, orientation: int | None) -> bool:
    """Browsers show these three formats; they all honour EXIF in a JPEG, and disagree on any other orientation."""
    if kind.name not in ("JPEG", "PNG", "WebP") or orientation is None:
        return False
    return orientation == 1 or (kind.name == "JPEG" and _is_orientation_in_exif(image))


def _is_orientation_in_exif(image: Image.Image) -> bool:
    """Not only in XMP, where Pillow finds it too and browsers do not look."""
    exif = Image.Exif()
    exif.load(image.info.get("exif", b""))
    return _ORIENTATION_TAG in exif


def _rgb(image: Image.Image, target_side: int | None) -> Image.Image:
    """8-bit RGB: deep greys scaled (Pillow's own conversion clips them to white), transparency over white.

    Reduced before it is composited, which comes to the same pixels with a fraction of the memory.
    """
    if image.mode.startswith("I") or image.mode == "F":
        image = _scaled_to_8_bit(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    if target_side and (factor := max(image.size) // target_side) > 1:
        image = image.reduce(factor)
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _scaled_to_8_bit(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    if values.dtype.kind in "iu" and values.max(initial=0) <= _MAX_16_BIT and values.min(initial=0) >= 0:
        return Image.fromarray(_GREYS[values])
    # 32-bit and float pictures have no fixed white: stretch what is there.
    stretched = values.astype(np.float32)
    np.nan_to_num(stretched, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(stretched.min()), float(stretched.max())
    stretched -= low
    stretched *= 255 / (high - low) if high > low else 0
    return Image.fromarray(np.rint(stretched, out=stretched).astype(np.uint8))
