"""Pixels into files, one function for the formats that are written; always on the calling thread."""

import io

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from poses.engine.decode import FORMATS, ImageFormat

from . import colours, metadata

JPEG, PNG, WEBP, AVIF = FORMATS["JPEG"], FORMATS["PNG"], FORMATS["WEBP"], FORMATS["AVIF"]
# WebP's header has 14 bits for a side.
WEBP_MAX_SIDE = 16_383
# Below, colours are stored at half the size, as nearly every JPEG has them; above, that would be what is seen first.
_FULL_CHROMA_QUALITY = 90
# One thread takes seconds for large photos otherwise, and a target means several files. For 12 megapixels, measured:
# AVIF at 8 takes 2.1 s, at 10 0.7 s for 9 % more bytes (Pillow's 6: 6 s); WebP by 4 0.8 s, by 2 0.35 s for 6 % more.
_LARGE_PIXELS = 4_000_000
_AVIF_SPEED, _AVIF_SPEED_LARGE = 8, 10
_WEBP_METHOD, _WEBP_METHOD_LARGE = 4, 2


def encode(
    pixels: NDArray[np.uint8], profile: bytes, kind: ImageFormat, quality: int, *, has_full_chroma: bool
) -> bytes:
    """The file of an upright grey, RGB or RGBA picture; nothing but pixels and profile gets in.

    A JPEG takes no RGBA, and with `has_full_chroma` in high quality keeps colours at full size.
    """
    pixels, profile = colours.fitting(pixels, profile, takes_grey=kind == JPEG)
    if kind == JPEG:
        is_full = has_full_chroma and quality >= _FULL_CHROMA_QUALITY
        return _jpeg(pixels, profile, quality, "444" if is_full else "420")
    is_large = pixels.shape[0] * pixels.shape[1] > _LARGE_PIXELS
    if kind == WEBP:
        return _saved(pixels, profile, kind, quality=quality, method=_WEBP_METHOD_LARGE if is_large else _WEBP_METHOD)
    speed = _AVIF_SPEED_LARGE if is_large else _AVIF_SPEED
    return _saved(pixels, profile, kind, quality=quality, speed=speed, max_threads=1)


def lossless_webp(pixels: NDArray[np.uint8]) -> bytes:
    """The smallest file for pictures of few colours."""
    return _saved(pixels, b"", WEBP, lossless=True)


def _jpeg(pixels: NDArray[np.uint8], profile: bytes, quality: int, sampling: str) -> bytes:
    grey = pixels.ndim == 2  # noqa: PLR2004
    jpeg = simplejpeg.encode_jpeg(
        np.ascontiguousarray(pixels[..., np.newaxis] if grey else pixels),
        quality=quality,
        colorspace="GRAY" if grey else "RGB",
        colorsubsampling="Gray" if grey else sampling,
    )
    return metadata.with_jpeg_profile(jpeg, profile)


def _saved(pixels: NDArray[np.uint8], profile: bytes, kind: ImageFormat, **options: object) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, kind.name.upper(), icc_profile=profile or None, **options)
    return target.getvalue()
