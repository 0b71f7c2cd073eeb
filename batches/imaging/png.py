"""Smaller PNGs of PNGs, pixel for pixel."""

import io

import numpy as np
from PIL import Image

from poses.engine.decode import decode

from . import metadata, sizes
from .orientation import upright_image

_DEPTH, _COLOUR_TYPE, _GREY, _DEEP = 24, 25, 0, 16
# Zlib's best costs four times as much (11 s for a photo of 12 megapixels) for files that are 2 % smaller.
_BEST_PIXELS = 2_000_000
_KEPT_CHUNKS = (*metadata.PNG_COLOUR_CHUNKS, b"pHYs")
_PALETTE_COLOURS = 256


def smaller(content: bytes, longest_side: int | None) -> bytes | None:
    """The same picture upright, in its own colour type; None for what would lose by it: 16-bit colour.

    Pixels change only where `longest_side` makes the picture smaller; a palette is then made anew, and depth becomes 8.
    `content` has passed the gate.
    """
    with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
        image.load()
        upright = upright_image(image)
    size = sizes.fitted(*upright.size, longest_side)
    if size != upright.size:
        upright = _resized(upright, size, content)
    elif content[_DEPTH] == _DEEP and (content[_COLOUR_TYPE] != _GREY or upright.has_transparency_data):
        return None
    return _saved(upright, content)


def _resized(image: Image.Image, size: tuple[int, int], content: bytes) -> Image.Image:
    is_grey = image.mode in ("1", "L", "LA")
    if image.mode.startswith("I"):
        image = Image.fromarray(np.ascontiguousarray(decode(content, target_side=None).pixels[..., 0]))
        return sizes.smaller(image, size)
    if image.has_transparency_data:
        resized = sizes.smaller(image.convert("LA" if is_grey else "RGBA"), size)
    else:
        resized = sizes.smaller(image.convert("L" if is_grey else "RGB"), size)
    if image.mode != "P":
        return resized
    return resized.quantize(_PALETTE_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def _saved(image: Image.Image, original: bytes) -> bytes:
    """With the original's own colour chunks, which Pillow knows only some of."""
    target = io.BytesIO()
    image.info.pop("icc_profile", None)
    image.save(target, "PNG", optimize=image.width * image.height <= _BEST_PIXELS)
    head, *rest = metadata.png_chunks(target.getvalue())
    colours = [chunk for kind, chunk in metadata.png_chunks(original) if kind in _KEPT_CHUNKS]
    pixels = [chunk for kind, chunk in rest if kind in (b"PLTE", b"tRNS", b"IDAT", b"IEND")]
    return b"".join((metadata.PNG_SIGNATURE, head[1], *colours, *pixels))
