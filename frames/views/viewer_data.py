"""What the viewer's scripts are told of a scan."""

import base64
from typing import TypedDict
from urllib.parse import urlencode

from django.urls import reverse

from core.pages.words import counted
from frames.imaging.colormaps import ColormapUnknown, colormap
from frames.models import BLOCK_ROWS, LEVEL_FACTOR, LEVELS, DepthScan
from frames.selectors.frames import MOST_ROWS

from .words import range_words, step_words

FIRST_ROWS = 1000
_MAPS: tuple[str, ...] = (
    "strata",
    "grey",
    "viridis",
    "magma",
    "inferno",
    "plasma",
    "cividis",
    "turbo",
    "hot",
    "afmhot",
    "bone",
    "copper",
    "gist_earth",
    "cubehelix",
    "Greys",
)


class Colormap(TypedDict):
    """A name, and its 256 colours as RGB bytes in base64."""

    name: str
    table: str


class ViewerConfig(TypedDict):
    """For the scripts. A tile's address has `{level}` and `{position}` where its numbers go."""

    scan: str
    unit: str
    rowCount: int
    width: int
    thinWidth: int
    depthMin: float
    depthMax: float
    step: float | None
    blockRows: int
    levelFactor: int
    levels: int
    tileUrl: str
    framesUrl: str
    rowsAtMost: dict[str, int]
    colormaps: list[Colormap]


def config(scan: DepthScan, *, asked_colormap: str = "") -> ViewerConfig:
    """Of a scan that has rows. A map that is asked for is among the others, where it is one."""
    address = reverse("frames:tile", args=[scan.pk, scan.edition, 0, 0])
    return {
        "scan": str(scan.pk),
        "unit": scan.unit,
        "rowCount": scan.row_count,
        "width": scan.width or 0,
        "thinWidth": scan.thin_width or 0,
        "depthMin": scan.depth_min or 0.0,
        "depthMax": scan.depth_max or 0.0,
        "step": scan.step,
        "blockRows": BLOCK_ROWS,
        "levelFactor": LEVEL_FACTOR,
        "levels": LEVELS,
        "tileUrl": address.removesuffix("0/0/") + "{level}/{position}/",
        "framesUrl": reverse("frames-range"),
        "rowsAtMost": MOST_ROWS,
        "colormaps": _colormaps(asked_colormap),
    }


def frames_url(scan: DepthScan, **parameters: str) -> str:
    """The API's address of all rows of a scan."""
    whole = {"scan": str(scan.pk), "depth_min": str(scan.depth_min), "depth_max": str(scan.depth_max)}
    return f"{reverse('frames-range')}?{urlencode(whole | parameters)}"


def summary(scan: DepthScan) -> str:
    """Its depths, rows and usual step, in a line."""
    parts = [range_words(scan), f"{counted(scan.row_count, 'row')} of {scan.width:,} values"]
    if scan.step:
        parts.append(f"one every {step_words(scan)}")
    return " · ".join(parts)


def _colormaps(asked: str) -> list[Colormap]:
    names = _MAPS
    try:
        if asked and asked not in names:
            colormap(asked)
            names = (*names, asked)
    except ColormapUnknown:
        pass  # the page says so
    return [{"name": name, "table": base64.b64encode(colormap(name).tobytes()).decode("ascii")} for name in names]
