"""How large the output is."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image


def fitted(width: int, height: int, longest_side: int | None) -> tuple[int, int]:
    """The size with its longer side at most `longest_side`, never larger than it was."""
    if longest_side is None or max(width, height) <= longest_side:
        return width, height
    scale = longest_side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def resized(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A grey, RGB or RGBA picture made smaller; the transparent parts' colours do not bleed into the rest."""
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    if pixels.shape[2:] == (4,):
        return np.asarray(smaller(Image.fromarray(pixels), size))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def smaller(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The same for Pillow's pictures, which weighs colours by their opacity."""
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
