"""A photo's bytes into fewer."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from poses.engine.decode import DecodedPhoto, ImageFormat, decode
from poses.engine.errors import ImageRefused

from . import colours, encoding, metadata, png, similarity, sizes, sources
from .encoding import AVIF, JPEG, PNG, WEBP, WEBP_MAX_SIDE
from .settings import CompressionSettings, OutputFormat
from .sources import Header, Picture

# Workers are parallel already; OpenCV's own threads only get in their way.
cv2.setNumThreads(1)

_TARGET_QUALITIES = 95  # above, JPEGs grow without looking better
_NEAR_ENOUGH = 0.99  # of the target: a step of quality is mostly more
_RGBA = 4
_ASKED = {OutputFormat.JPEG: JPEG, OutputFormat.WEBP: WEBP, OutputFormat.AVIF: AVIF}


@dataclass(frozen=True, slots=True)
class Compressed:
    """An upright file without metadata but its colour profile, at most as large as the original.

    `quality` is None where the original was kept or no quality was needed. `ssim` compares it with the original at the
    output's size, on luma over white. Where `is_original_kept`, `content` is the original's own pixels, bit for bit,
    in the original's format, turned by an orientation tag if they were so, and `width` and `height` are upright.
    """

    content: bytes
    format: ImageFormat
    width: int
    height: int
    bytes_before: int
    is_original_kept: bool
    quality: int | None
    ssim: float | None

    @property
    def bytes_after(self) -> int:
        """The size of `content`."""
        return len(self.content)


def compress(
    content: bytes, settings: CompressionSettings, *, decoded: DecodedPhoto | None = None, with_ssim: bool = False
) -> Compressed:
    """Compresses a photo; `decoded` is the gate's result for the same bytes, whose pixels save a second decoding.

    - Never larger: where the output would be, a JPEG, PNG or still WebP is kept as it is, at its own size, but for its
      metadata; for any other format the quality is lowered until it is not (at the very end as WebP, then at half the
      size). The original is also kept where without metadata it is no larger than the same in its own format, or
      within the target.
    - `KEEP` is JPEG for a GIF, BMP, TIFF or HEIC, WebP where those have transparency. A PNG stays one without loss, so
      quality and target do not touch it.
    - A target that the lowest quality misses is missed: `bytes_after` says by how much.
    - The profile goes along where the output can hold such colours; CMYK becomes sRGB.

    Works on the calling thread alone and keeps nothing that a fork would break. Raises ImageRefused.
    """
    decoded = sources.passed(content, decoded)
    head = sources.header(content, decoded)
    if settings.format is OutputFormat.KEEP and decoded is not None and head.kind == PNG:
        return _smaller_png(content, settings, decoded, head, with_ssim=with_ssim)
    return _encoded(content, settings, decoded, head, with_ssim=with_ssim)


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    kind: ImageFormat
    size: tuple[int, int]
    quality: int | None
    is_original: bool = False

    def compressed(self, bytes_before: int, ssim: float | None) -> Compressed:
        return Compressed(self.content, self.kind, *self.size, bytes_before, self.is_original, self.quality, ssim)


def _encoded(
    content: bytes, settings: CompressionSettings, decoded: DecodedPhoto | None, head: Header, *, with_ssim: bool
) -> Compressed:
    kind = _ASKED.get(settings.format) or _own_kind(head)
    picture = sources.read(
        content,
        decoded,
        head,
        longest_side=_longest_side(settings, kind),
        keeps_alpha=kind != JPEG,
    )
    size = picture.pixels.shape[1], picture.pixels.shape[0]
    encode = partial(encoding.encode, picture.pixels, picture.profile, kind, has_full_chroma=head.has_full_chroma)
    if settings.target_percent is None:
        quality = settings.used_quality
        made = encode(quality)
        limit = len(made)
    else:
        limit = len(content) * settings.target_percent // 100
        made, quality = _best(encode, limit, _TARGET_QUALITIES)
    file = _File(made, kind, size, quality)
    is_too_large = len(made) > len(content)
    is_like_original = kind == head.kind and size == picture.full_size
    if is_too_large or is_like_original:
        kept = _kept(content, head, len(content) if is_too_large else limit)
        if kept is not None:
            return _of_original(kept, content, head, picture.full_size, with_ssim=with_ssim)
    if is_too_large:
        file = _made_to_fit(picture, kind, encode, len(content), max(1, quality - 1))
    ssim = _ssim(picture.pixels, file) if with_ssim else None
    return file.compressed(len(content), ssim)


def _smaller_png(
    content: bytes, settings: CompressionSettings, decoded: DecodedPhoto, head: Header, *, with_ssim: bool
) -> Compressed:
    full_size = decoded.width, decoded.height
    size = sizes.fitted(*full_size, settings.longest_side)
    smaller = png.smaller(content, settings.longest_side)
    if smaller is not None and len(smaller) > len(content):
        smaller = None
    if smaller is None or size == full_size:
        kept = _kept(content, head, len(content if smaller is None else smaller))
        if kept is not None:
            return _of_original(kept, content, head, full_size, with_ssim=with_ssim)
    if smaller is not None:
        ssim = _png_ssim(content, decoded, head, smaller, size) if with_ssim else None
        return _File(smaller, PNG, size, None).compressed(len(content), ssim)
    return _encoded(content, replace(settings, format=OutputFormat.WEBP), decoded, head, with_ssim=with_ssim)


def _own_kind(head: Header) -> ImageFormat:
    if head.kind in (JPEG, WEBP, AVIF):
        return head.kind
    return WEBP if head.has_alpha else JPEG


def _longest_side(settings: CompressionSettings, kind: ImageFormat) -> int | None:
    if kind != WEBP:
        return settings.longest_side
    return min(settings.longest_side or WEBP_MAX_SIDE, WEBP_MAX_SIDE)


def _best(encode: Callable[[int], bytes], limit: int, highest: int) -> tuple[bytes, int]:
    """The file of the best quality that has at most `limit` bytes, or of quality 1; in seven encodings at most."""
    low, high = 1, highest
    best: tuple[bytes, int] | None = None
    file, quality = b"", low
    while low <= high:
        quality = (low + high) // 2
        file = encode(quality)
        if len(file) > limit:
            high = quality - 1
            continue
        best, low = (file, quality), quality + 1
        if len(file) >= _NEAR_ENOUGH * limit:
            break
    return best or (file, quality)


def _made_to_fit(
    picture: Picture, kind: ImageFormat, encode: Callable[[int], bytes], limit: int, highest: int
) -> _File:
    """For an original that cannot be kept: a quality at which it is not outgrown, in the asked format if possible."""
    pixels = picture.pixels
    size = pixels.shape[1], pixels.shape[0]
    content, quality = _best(encode, limit, highest)
    if len(content) <= limit:
        return _File(content, kind, size, quality)
    if pixels.shape[2:] != (_RGBA,):
        pixels = np.asarray(colours.to_srgb(Image.fromarray(pixels), picture.profile))
    size = sizes.fitted(*size, WEBP_MAX_SIDE)
    while True:
        pixels = sizes.resized(pixels, size)
        content, quality = _best(partial(encoding.encode, pixels, b"", WEBP, has_full_chroma=False), limit, highest)
        if len(content) <= limit:
            return _File(content, WEBP, size, quality)
        content = encoding.lossless_webp(pixels)
        if len(content) <= limit or max(size) == 1:
            return _File(content, WEBP, size, None)
        size = sizes.fitted(*size, max(size) // 2)


def _kept(content: bytes, head: Header, limit: int) -> bytes | None:
    """The original without metadata, None where that cannot be had, or not in `limit` bytes."""
    if head.is_animated and head.kind == WEBP:
        return None
    stripped = metadata.stripped(content, head.kind.name, sources.orientation(content))
    if stripped is None or len(stripped) > limit:
        return None
    try:
        decode(stripped)  # readers forgive more than those who strip
    except ImageRefused:
        return None
    return stripped


def _of_original(
    kept: bytes, content: bytes, head: Header, full_size: tuple[int, int], *, with_ssim: bool
) -> Compressed:
    file = _File(kept, head.kind, full_size, None, is_original=True)
    return file.compressed(len(content), 1.0 if with_ssim else None)


def _ssim(original: NDArray[np.uint8], file: _File) -> float:
    return similarity.ssim(sizes.resized(sources.over_white(original), file.size), sources.opaque_pixels(file.content))


def _png_ssim(content: bytes, decoded: DecodedPhoto, head: Header, file: bytes, size: tuple[int, int]) -> float:
    if size == (decoded.width, decoded.height):
        return 1.0
    whole = sources.read(content, decoded, head, longest_side=None, keeps_alpha=False)
    return similarity.ssim(np.asarray(sizes.smaller(Image.fromarray(whole.pixels), size)), sources.opaque_pixels(file))
