"""Image rows made narrower, and levels of fewer rows, by the mean over area.

The filter is the box of one target pixel: each takes the mean of what it covers of the source, pixels that it covers in
part counting by that part. With `s = width / target`, target pixel i covers the source from i·s to (i + 1)·s. That is
OpenCV's INTER_AREA along one axis, for rows that are made wider too. Results are rounded to whole grey levels.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Greys = NDArray[np.uint8]


def thin(grey: Greys, width: int) -> Greys:
    """Rows (n, any) made `width` pixels wide: (n, width)."""
    if grey.shape[1] == width or not len(grey):
        return np.ascontiguousarray(grey[:, :width]) if len(grey) else np.empty((0, width), np.uint8)
    return np.asarray(cv2.resize(grey, (width, len(grey)), interpolation=cv2.INTER_AREA), np.uint8)


def coarsen(rows: Greys, factor: int) -> Greys:
    """The mean of every `factor` neighbouring rows (n, width), the last of what is left: (ceil(n / factor), width)."""
    whole = len(rows) // factor
    means = _mean(rows[: whole * factor].reshape(whole, factor, rows.shape[1]))
    if whole * factor == len(rows):
        return means
    return np.concatenate((means, _mean(rows[None, whole * factor :])))


def _mean(groups: NDArray[np.uint8]) -> Greys:
    count = groups.shape[1]
    sums: NDArray[np.uint32] = groups.sum(axis=1, dtype=np.uint32)
    return np.asarray((sums + count // 2) // count, np.uint8)
