"""The site's own colour map: as a core looks in the tray, from deep blue-black over brown and ochre to pale yellow.

Lightness only rises (L* 8 to 95), so a darker grey is a darker colour to every eye and on a grey printer, and the
steps between neighbours are equal by CIEDE2000, so that no depth looks banded that is not.
"""

import math
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .difference import ciede2000

_COLOURS = 256
# Of a Bézier curve in CIELAB (D65). Their L* rises, so the curve's does; they were chosen by eye on photographs, then
# moved until the curve stayed inside sRGB and all 256 rounded colours differed in lightness.
_CONTROL_POINTS = np.array([(8, 2, -18), (26, 6, -20), (38, 24, 22), (60, 22, 66), (82, 6, 56), (95, -2, 20)], float)
_SAMPLES = 4096


@cache
def strata_lab() -> NDArray[np.float64]:
    """The colours in CIELAB (D65), (256, 3), before they are rounded."""
    places = np.linspace(0, 1, _SAMPLES + 1)
    curve = _curve(places)
    along = np.concatenate(([0.0], np.cumsum(ciede2000(curve[:-1], curve[1:]))))
    lab = _curve(np.interp(np.linspace(0, along[-1], _COLOURS), along, places))
    lab.setflags(write=False)
    return lab


def strata() -> NDArray[np.uint8]:
    """The colours in sRGB, (256, 3)."""
    rgb = cv2.cvtColor(strata_lab().astype(np.float32)[np.newaxis], cv2.COLOR_Lab2RGB)[0]
    return np.asarray(np.rint(rgb * 255), np.uint8)


def _curve(places: NDArray[np.float64]) -> NDArray[np.float64]:
    degree = len(_CONTROL_POINTS) - 1
    weights = [math.comb(degree, i) * places**i * (1 - places) ** (degree - i) for i in range(degree + 1)]
    return np.asarray(np.stack(weights, axis=1) @ _CONTROL_POINTS, np.float64)
