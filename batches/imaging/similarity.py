"""How alike two pictures are to the eye."""

import cv2
import numpy as np
from numpy.typing import NDArray

# The measure takes a dozen float pictures of what it looks at; strips keep that small for 50 megapixels.
_STRIP_ROWS = 1024


def ssim(original: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """The mean structural similarity of two grey or RGB pictures of one size, on luma; 1 for equal ones.

    Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural similarity",
    IEEE Transactions on Image Processing 13 (4), 2004: a Gaussian window of 11 × 11 with sigma 1.5.
    Raises ValueError where the sizes differ.
    """
    if original.shape[:2] != other.shape[:2]:
        raise ValueError("Pictures of different sizes cannot be compared.")
    total = 0.0
    for top in range(0, len(original), _STRIP_ROWS):
        strip, its_like = (_luma(picture[top : top + _STRIP_ROWS]) for picture in (original, other))
        total += cv2.quality.QualitySSIM.create(strip).compute(its_like)[0] * len(strip)
    return total / len(original)


def _luma(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if picture.ndim == 2:  # noqa: PLR2004 - grey
        return picture
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
