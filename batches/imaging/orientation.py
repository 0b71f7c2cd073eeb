"""Upright pictures: an orientation tag, applied once."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

_TAG = 0x0112
TRANSPOSED = (5, 6, 7, 8)
# By OpenCV's codes, after transposing.
_FLIPS = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}


def orientation_of(image: Image.Image) -> int:
    """1 to 8; 1 where there is none, or none that can be read: as the gate takes it, for keypoints to fit.

    Readers of TIFF and HEIF turn pictures themselves and drop the tag on loading, so those are to be loaded before.
    """
    try:
        orientation = image.getexif().get(_TAG, 1)
    except Exception:  # broken EXIF raises anything
        return 1
    return orientation if isinstance(orientation, int) and orientation in range(1, 9) else 1


def turned(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """The picture upright."""
    upright = cv2.transpose(pixels) if orientation in TRANSPOSED else pixels
    if orientation in _FLIPS:
        upright = cv2.flip(upright, _FLIPS[orientation])
    return upright.astype(np.uint8, copy=False)


def upright_image(image: Image.Image) -> Image.Image:
    """The same for Pillow's loaded pictures."""
    return image if orientation_of(image) == 1 else ImageOps.exif_transpose(image)
