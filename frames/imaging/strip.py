"""A stretch of depth as one picture: rows from top to bottom, and to their left an axis."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .fonts import font_for, plain_font
from .ticks import Depths, Rows, Tick, gap_rows, nice_ticks

# Room for the unit above the first row, and for half a label below the last.
HEADER_PX, FOOTER_PX = 26, 8
_MARGIN_PX, _TICK_PX, _BREAKS_PX = 8, 6, 8
_BREAK_APART_PX = 8
_UNIT_CHARACTERS = 16
_PANEL, _TEXT, _LINE, _BREAK = (247, 246, 243), (38, 38, 38), (118, 116, 110), (176, 58, 22)
# Run lengths of differences: as small as zlib's level 1, and noise takes hardly longer than smooth rows. In this order,
# as OpenCV sets the strategy anew with a level.
_PNG_OPTIONS = (cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE)


_Pixels = NDArray[np.uint8]


def draw_strip(rgb: _Pixels, depths: Depths, unit: str, *, gaps: Rows | None = None) -> bytes:
    """The PNG of rows uint8 (n, width, 3), a pixel high each, at ascending finite `depths` (n,), n at least 1.

    Labels stand at round depths, with `unit` above them; `gaps` are rows before which depth leaps (None: by
    `gap_rows`), each marked beside the axis. The data is the last `width` columns from row `HEADER_PX` on, untouched.
    Raises ValueError where the arrays do not fit this.
    """
    _check(rgb, depths)
    gaps = gap_rows(depths) if gaps is None else gaps
    axis = _axis(len(rgb), nice_ticks(depths, gaps=gaps), unit, gaps)
    left, width = axis.shape[1], rgb.shape[1]
    canvas = np.empty((axis.shape[0], left + width, 3), np.uint8)
    canvas[:, :left] = axis
    canvas[:HEADER_PX, left:] = _PANEL
    canvas[HEADER_PX:-FOOTER_PX, left:] = rgb
    canvas[-FOOTER_PX:, left:] = _PANEL
    _, encoded = cv2.imencode(".png", cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR), _PNG_OPTIONS)
    return encoded.tobytes()


def _check(rgb: _Pixels, depths: Depths) -> None:
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:  # noqa: PLR2004
        raise ValueError("Rows must be uint8 of the shape (n, width, 3), at least one.")
    if depths.shape != rgb.shape[:1]:
        raise ValueError("Every row needs one depth.")
    if not np.isfinite(depths).all() or (np.diff(depths) <= 0).any():
        raise ValueError("Depths must be finite and ascend.")


def _axis(rows: int, ticks: list[Tick], unit: str, gaps: Rows) -> _Pixels:
    """The panel, from left to right: labels, ticks, line, and a lane for the breaks that ends where the data begins."""
    unit = _shortened(unit)
    labels_px = (plain_font().getlength(tick.label) for tick in ticks)
    text_px = math.ceil(max(font_for(unit).getlength(unit), *labels_px))
    line_x = _MARGIN_PX + text_px + 3 + _TICK_PX
    panel = Image.new("RGB", (line_x + 1 + _BREAKS_PX, HEADER_PX + rows + FOOTER_PX), _PANEL)
    draw = ImageDraw.Draw(panel)
    draw.text((_MARGIN_PX + text_px, HEADER_PX // 2 - 3), unit, _TEXT, font_for(unit), anchor="rm")
    draw.line((line_x, HEADER_PX, line_x, HEADER_PX + rows - 1), _LINE)
    for row, label in ticks:
        y = HEADER_PX + row
        draw.line((line_x - _TICK_PX, y, line_x, y), _LINE)
        draw.text((_MARGIN_PX + text_px, y), label, _TEXT, plain_font(), anchor="rm")
    _draw_breaks(draw, line_x, gaps)
    return np.asarray(panel)


def _draw_breaks(draw: ImageDraw.ImageDraw, line_x: int, gaps: Rows) -> None:
    """A thin line up to the data for each gap, with a stroke across the axis where there is room for one."""
    stroke_y = -_BREAK_APART_PX
    for gap in gaps.tolist():
        y = HEADER_PX + gap
        draw.line((line_x + 1, y, line_x + _BREAKS_PX, y), _BREAK)
        if y - stroke_y >= _BREAK_APART_PX:
            draw.line((line_x - 3, y + 3, line_x + 3, y - 3), _BREAK, width=2)
            stroke_y = y


def _shortened(unit: str) -> str:
    words = " ".join(unit.split())
    return words if len(words) <= _UNIT_CHARACTERS else words[: _UNIT_CHARACTERS - 1] + "…"
