"""How different two colours look."""

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_HALF, _WHOLE = 180.0, 360.0
_25_TO_7 = 25.0**7


def ciede2000(first: _Floats, second: _Floats) -> _Floats:
    """CIEDE2000 of CIELAB colours (n, 3) against (n, 3): (n,), about 1 where a practised eye just sees a difference.

    Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", Color Research & Application 30 (1), 2005; the
    numbers in brackets are theirs. All weights are 1.
    """
    (light_1, chroma_1, hue_1), (light_2, chroma_2, hue_2) = _adjusted(first, second)
    product = chroma_1 * chroma_2
    turn = np.where(product == 0, 0, (hue_2 - hue_1 + _HALF) % _WHOLE - _HALF)  # (10)
    light, chroma = (light_1 + light_2) / 2, (chroma_1 + chroma_2) / 2
    hue = np.where(product == 0, hue_1 + hue_2, hue_1 + turn / 2)  # (14)
    off = (light - 50) ** 2
    by_light = (light_2 - light_1) / (1 + 0.015 * off / np.sqrt(20 + off))  # (19)
    by_chroma = (chroma_2 - chroma_1) / (1 + 0.045 * chroma)  # (20)
    by_hue = 2 * np.sqrt(product) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * _hue_weight(hue))  # (11), (21)
    bend = np.radians(60 * np.exp(-((((hue % _WHOLE) - 275) / 25) ** 2)))  # (16), twice
    rotation = -np.sin(bend) * 2 * np.sqrt(chroma**7 / (chroma**7 + _25_TO_7))  # (17), (18)
    return np.asarray(np.sqrt(by_light**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue), np.float64)


def _adjusted(*colours: _Floats) -> list[tuple[_Floats, _Floats, _Floats]]:
    """Lightness, chroma and hue in degrees of each, with a* stretched where chroma is small: (2) to (7)."""
    chroma = sum(np.hypot(lab[:, 1], lab[:, 2]) for lab in colours) / len(colours)
    stretch = 1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + _25_TO_7))
    return [
        (lab[:, 0], np.hypot(lab[:, 1] * stretch, lab[:, 2]), np.degrees(np.arctan2(lab[:, 2], lab[:, 1] * stretch)))
        for lab in colours
    ]


def _hue_weight(hue: _Floats) -> _Floats:
    """(15)."""
    shifts = ((0.17, 1, 30, -1), (0.24, 2, 0, 1), (0.32, 3, -6, 1), (0.20, 4, 63, -1))
    return np.asarray(1 + sum(sign * size * np.cos(np.radians(n * hue - by)) for size, n, by, sign in shifts))
