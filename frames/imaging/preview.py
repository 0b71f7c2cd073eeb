"""A whole scan as a narrow band, depth from left to right, as a core lies in its tray."""

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDTH_PX, HEIGHT_PX = 768, 48


def draw_band(rows: NDArray[np.uint8], lut: NDArray[np.uint8]) -> bytes:
    """The PNG of rows uint8 (n, width), n at least 1, at most 768 pixels wide and 48 high; `lut` is uint8 (256, 3)."""
    size = (min(len(rows), WIDTH_PX), HEIGHT_PX)
    band = cv2.resize(np.ascontiguousarray(rows.T), size, interpolation=cv2.INTER_AREA)
    picture = Image.fromarray(np.asarray(band, np.uint8))
    picture.putpalette(lut.tobytes())  # a byte a pixel: the colours are looked up by who shows it
    target = io.BytesIO()
    picture.save(target, "PNG", optimize=False, compress_level=6)
    return target.getvalue()
