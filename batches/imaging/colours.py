"""Colour profiles, and what becomes of pictures whose profile the output cannot carry."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_SPACE = slice(16, 20)  # of the profile's header (ICC.1:2022, table 17)
_SIGNATURE = slice(36, 40)
RGB, GREY, CMYK = b"RGB ", b"GRAY", b"CMYK"


def usable(profile: bytes | None) -> bytes:
    """The profile if it is one; what else may lie in its place is nobody's to pass on."""
    return profile if profile and profile[_SIGNATURE] == b"acsp" else b""


def space_of(profile: bytes) -> bytes:
    """The colour space that a profile is for; empty where there is no profile."""
    return profile[_SPACE]


def to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """A grey, RGB or CMYK picture in sRGB, by its profile; plainly where that is broken or for other colours."""
    spaces = {"L": GREY, "RGB": RGB, "CMYK": CMYK}
    if profile and space_of(profile) == spaces.get(image.mode):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def fitting(pixels: NDArray[np.uint8], profile: bytes, *, takes_grey: bool) -> tuple[NDArray[np.uint8], bytes]:
    """Pixels and profile as a format takes them that has grey pictures or none: a profile goes only with its colours.

    A grey picture with a grey profile becomes sRGB in a format without grey.
    """
    space = space_of(profile)
    if pixels.ndim != 2:  # noqa: PLR2004 - RGB, RGBA
        return pixels, profile if space == RGB else b""
    if takes_grey and space != RGB:
        return pixels, profile if space == GREY else b""
    if space == GREY:
        return np.asarray(to_srgb(Image.fromarray(pixels), profile)), b""
    return np.asarray(Image.fromarray(pixels).convert("RGB")), profile if space == RGB else b""
