"""A file to try the site with: a made-up wall of a borehole, beds and fractures unrolled from north to north.

A plane that cuts a borehole is a sine on its unrolled wall, as high as the plane is steep.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

ROWS, WIDTH = 2_000, 200
_TOP, _STEP = 9000.0, 0.1
_BEDS, _FRACTURES = 70, 14

Image = NDArray[np.float64]


@cache
def sample_csv() -> bytes:
    """The CSV, the same each time: 2,000 rows of 200 values, from depth 9000.0 on, one each 0.1."""
    numbers = [str(grey) for grey in range(256)]
    header = ",".join(("depth", *(f"col{column}" for column in range(1, WIDTH + 1))))
    rows = (
        ",".join((f"{_TOP + _STEP * place:.1f}", *(numbers[grey] for grey in row)))
        for place, row in enumerate(sample_grey().tolist())
    )
    return "\n".join((header, *rows, "")).encode()


def sample_grey() -> NDArray[np.uint8]:
    """Its image, (2000, 200)."""
    random = np.random.default_rng(9000)
    down, around = np.arange(ROWS, dtype=float)[:, None], np.linspace(0, 2 * np.pi, WIDTH, endpoint=False)[None]
    wall = _beds(random, down, around) + random.normal(0, 7, (ROWS, WIDTH))
    for _ in range(_FRACTURES):
        wall -= _fracture(random, down, around)
    return np.asarray(np.clip(np.rint(wall), 0, 255), np.uint8)


def _beds(random: np.random.Generator, down: Image, around: Image) -> Image:
    """Each of one brightness, the edges between them soft, all of them dipping by degrees."""
    edges = np.sort(random.uniform(-100, ROWS + 100, _BEDS))
    greys = np.clip(np.cumsum(random.normal(0, 42, _BEDS + 1)) % 300 - 30, 25, 235)
    level = greys[np.searchsorted(edges, np.arange(-100, ROWS + 100))]
    soft = np.convolve(level, np.hanning(9) / np.hanning(9).sum(), "same")
    dip = 8 + 18 * np.sin(down / 330)
    return np.asarray(np.interp(down + dip * np.sin(around + down / 900), np.arange(-100, ROWS + 100), soft))


def _fracture(random: np.random.Generator, down: Image, around: Image) -> Image:
    """A dark line, some pixels wide."""
    middle, height = random.uniform(50, ROWS - 50), random.uniform(15, 70)
    course = middle + height * np.sin(around + random.uniform(0, 2 * np.pi))
    return np.asarray(random.uniform(50, 130) * np.exp(-(((down - course) / random.uniform(1.5, 3)) ** 2)))
