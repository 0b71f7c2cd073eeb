"""Colour maps by name: look-up tables uint8 (256, 3) in RGB, one colour a grey value."""

from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .strata import strata

Lut = NDArray[np.uint8]

DEFAULT = "strata"
OWN, MATPLOTLIB, OPENCV = "own", "matplotlib", "opencv"
_OWN_NAMES = (DEFAULT, "grey")
_GREYS = 256
_OPENCV_PREFIX = "COLORMAP_"
_NAME_SHOWN = 40
_NEAR_COUNT = 3


class ColormapUnknown(Exception):
    """There is no colour map of that name; the message names those that are near, and `near` holds them."""

    def __init__(self, name: str, near: tuple[str, ...]) -> None:
        remedy = f"Near it: {', '.join(near)}." if near else f"Use {DEFAULT} or another name from the list."
        super().__init__(f'There is no colour map "{name}". {remedy}')
        self.name = name
        self.near = near


class ColormapNames(NamedTuple):
    """Names as the libraries spell them; those that several have mean ours, then matplotlib's, then OpenCV's."""

    own: tuple[str, ...]
    matplotlib: tuple[str, ...]
    opencv: tuple[str, ...]


def colormap(name: str) -> Lut:
    """The table of a colour map, read-only: `jet` is the first that has it, `opencv:jet` that library's.

    Capitals make no difference. Raises ColormapUnknown.
    """
    library, _, plain = name.strip().lower().rpartition(":")
    if plain in _spellings(OWN) and library in ("", OWN):
        return _table(OWN, plain)  # before matplotlib has to be loaded
    for candidate in (library,) if library else (MATPLOTLIB, OPENCV):
        spelling = _spellings(candidate).get(plain)
        if spelling:
            return _table(candidate, spelling)
    raise ColormapUnknown(name[:_NAME_SHOWN], _near(name))


@cache
def colormap_names() -> ColormapNames:
    """All names, by library. The first call loads matplotlib, see `_matplotlib_names`."""
    return ColormapNames(_OWN_NAMES, _matplotlib_names(), _opencv_names())


def windowed(lut: Lut, vmin: int, vmax: int) -> Lut:
    """A table (256, 3) with all colours between two greys: the first up to `vmin`, the last from `vmax`.

    Between them linear, to the nearest colour (halves up). Raises ValueError unless 0 <= vmin < vmax <= 255.
    """
    if not 0 <= vmin < vmax < _GREYS:
        raise ValueError("The window must be 0 <= vmin < vmax <= 255.")
    width = vmax - vmin
    greys = np.clip(np.arange(_GREYS), vmin, vmax) - vmin
    return np.asarray(lut[(2 * (_GREYS - 1) * greys + width) // (2 * width)])


@cache
def _spellings(library: str) -> MappingProxyType[str, str]:
    """A library's names by their lower case; none for what is no library."""
    sources = {OWN: lambda: _OWN_NAMES, MATPLOTLIB: _matplotlib_names, OPENCV: _opencv_names}
    names = sources[library]() if library in sources else ()
    return MappingProxyType({name.lower(): name for name in names})


def _matplotlib_names() -> tuple[str, ...]:
    # Loaded only where asked for: 0.4 s and 20 MB a process.
    from matplotlib import colormaps

    return tuple(sorted(colormaps, key=str.lower))


def _opencv_names() -> tuple[str, ...]:
    return tuple(
        sorted(name.removeprefix(_OPENCV_PREFIX).lower() for name in dir(cv2) if name.startswith(_OPENCV_PREFIX))
    )


@cache
def _table(library: str, name: str) -> Lut:
    tables = {OWN: _own_table, MATPLOTLIB: _matplotlib_table, OPENCV: _opencv_table}
    lut = np.ascontiguousarray(tables[library](name))
    lut.setflags(write=False)
    return lut


def _own_table(name: str) -> Lut:
    return strata() if name == DEFAULT else np.repeat(np.arange(_GREYS, dtype=np.uint8)[:, np.newaxis], 3, axis=1)


def _matplotlib_table(name: str) -> Lut:
    from matplotlib import colormaps

    # By share and not by index, as the maps have 8 to 510 colours.
    return np.asarray(colormaps[name](np.linspace(0, 1, _GREYS), bytes=True))[:, :3]


def _opencv_table(name: str) -> Lut:
    greys = np.arange(_GREYS, dtype=np.uint8)[:, np.newaxis]
    bgr = cv2.applyColorMap(greys, getattr(cv2, _OPENCV_PREFIX + name.upper()))
    return bgr[:, 0, ::-1].astype(np.uint8, copy=False)


def _near(name: str) -> tuple[str, ...]:
    plain = name[:_NAME_SHOWN].strip().lower().rpartition(":")[2]
    spellings = {**_spellings(OPENCV), **_spellings(MATPLOTLIB), **_spellings(OWN)}
    return tuple(spellings[match] for match in get_close_matches(plain, spellings, n=_NEAR_COUNT))
