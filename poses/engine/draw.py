"""The skeleton as SVG and burned into a picture.

The subject's left is blue with round points, right orange with square points, the middle neutral (Okabe and Ito's
colour-blind-safe set); occluded points are hollow with dashed bones, absent ones are not drawn. Every line has a light
and a dark outline, so it shows on any photo.
"""

import io
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from PIL import Image, ImageDraw

from . import landmarks
from .landmarks import Side
from .people import ExtraKeypoint, Keypoint, KeypointState

COLOURS = {Side.LEFT: "#0072B2", Side.RIGHT: "#D55E00", Side.MIDDLE: "#F0F0F0"}
_OUTLINE = "#101010"
_JPEG_QUALITY = 92


def skeleton_svg(
    people: Sequence[Sequence[Keypoint]],
    *,
    width: int,
    height: int,
    extras: Sequence[Sequence[ExtraKeypoint]] = (),
    unit: float | None = None,
) -> str:
    """An SVG document of the photo's size in pixels, one `<g class="person" data-person>` a person.

    Bones carry `data-from` and `data-to`, points `data-index`, `data-name` and `data-state`. `extras` are each person's
    extra landmarks, drawn as diamonds; `unit` is half a line's width in pixels of the photo, by its size if None.
    """
    unit = unit or _unit(width, height)
    groups = "".join(
        f'<g class="person" data-person="{number}">{_bones_svg(person, width, height, unit)}'
        f"{_points_svg(person, width, height, unit)}{_extras_svg(placed, width, height, unit)}</g>"
        for number, (person, placed) in enumerate(zip(people, extras or [()] * len(people), strict=True))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'stroke-linecap="round" stroke-linejoin="round">{groups}</svg>'
    )


def bone_paths(keypoints: Sequence[Keypoint], *, width: int, height: int) -> dict[Side, str]:
    """One SVG path a side over all bones that are drawn, in whole pixels: enough for a thumbnail, and short."""
    parts: dict[Side, list[str]] = {side: [] for side in Side}
    for start, end in landmarks.CONNECTIONS:
        a, b = keypoints[start], keypoints[end]
        if KeypointState.ABSENT not in (a.state, b.state):
            side = landmarks.connection_side(start, end)
            parts[side].append(f"M{a.x * width:.0f} {a.y * height:.0f}L{b.x * width:.0f} {b.y * height:.0f}")
    return {side: "".join(path) for side, path in parts.items() if path}


def burned_in(picture: Image.Image, people: Sequence[Sequence[Keypoint]], *, format_name: str) -> bytes:
    """An RGB picture with the skeletons drawn on, as JPEG or PNG, made from the pixels alone: no metadata survives."""
    canvas = Image.new("RGB", picture.size)
    canvas.paste(picture)
    draw = ImageDraw.Draw(canvas)
    unit = _unit(*picture.size)
    for person in people:
        _burn_bones(draw, person, picture.size, unit)
        _burn_points(draw, person, picture.size, unit)
    target = io.BytesIO()
    if format_name == "JPEG":
        canvas.save(target, "JPEG", quality=_JPEG_QUALITY)
    else:
        canvas.save(target, "PNG", compress_level=4)
    return target.getvalue()


def _unit(width: int, height: int) -> float:
    """Half a line's width: scales with the photo so that a skeleton looks the same at every size."""
    return max(1.0, max(width, height) / 640)


def _bones_svg(person: Sequence[Keypoint], width: int, height: int, unit: float) -> str:
    parts = []
    for start, end in landmarks.CONNECTIONS:
        a, b = person[start], person[end]
        if KeypointState.ABSENT in (a.state, b.state):
            continue
        line = f'x1="{a.x * width:.1f}" y1="{a.y * height:.1f}" x2="{b.x * width:.1f}" y2="{b.y * height:.1f}"'
        side = landmarks.connection_side(start, end)
        is_sure = a.state is b.state is KeypointState.VISIBLE
        dashes = "" if is_sure else f' stroke-dasharray="{unit * 4:.1f} {unit * 4:.1f}"'
        parts.append(
            f'<g class="bone {side}" data-from="{start}" data-to="{end}">'
            f'<line {line} stroke="{_OUTLINE}" stroke-opacity=".6" stroke-width="{unit * 4:.1f}"{dashes}/>'
            f'<line {line} stroke="{COLOURS[side]}" stroke-width="{unit * 2:.1f}"{dashes}/></g>'
        )
    return "".join(parts)


def _points_svg(person: Sequence[Keypoint], width: int, height: int, unit: float) -> str:
    parts = []
    for index, point in enumerate(person):
        if point.state is KeypointState.ABSENT:
            continue
        side, x, y, radius = landmarks.SIDES[index], point.x * width, point.y * height, unit * 3
        is_sure = point.state is KeypointState.VISIBLE
        fill, stroke = (COLOURS[side], _OUTLINE) if is_sure else ("none", COLOURS[side])
        data = f'class="point {side}" data-index="{index}" data-name={quoteattr(point.name)} data-state="{point.state}"'
        look = f'fill="{fill}" stroke="{stroke}" stroke-width="{unit:.1f}"'
        if side is Side.RIGHT:
            corner = f'x="{x - radius:.1f}" y="{y - radius:.1f}" width="{radius * 2:.1f}" height="{radius * 2:.1f}"'
            parts.append(f"<rect {data} {corner} {look}/>")
        else:
            parts.append(f'<circle {data} cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" {look}/>')
    return "".join(parts)


def _extras_svg(extras: Sequence[ExtraKeypoint], width: int, height: int, unit: float) -> str:
    parts = []
    for point in extras:
        number = landmarks.EXTRA_NAMES.index(point.name)
        side, x, y, radius = landmarks.EXTRA_SIDES[number], point.x * width, point.y * height, unit * 3.5
        is_sure = point.state is KeypointState.VISIBLE
        fill, stroke = (COLOURS[side], _OUTLINE) if is_sure else ("none", COLOURS[side])
        parts.append(
            f'<path class="point {side}" data-index="{landmarks.COUNT + number}" data-name={quoteattr(point.name)} '
            f'data-state="{point.state}" fill="{fill}" stroke="{stroke}" stroke-width="{unit:.1f}" '
            f'd="M{x:.1f} {y - radius:.1f}l{radius:.1f} {radius:.1f}l{-radius:.1f} {radius:.1f}l{-radius:.1f} '
            f'{-radius:.1f}z"/>'
        )
    return "".join(parts)


def _burn_bones(draw: ImageDraw.ImageDraw, person: Sequence[Keypoint], size: tuple[int, int], unit: float) -> None:
    for start, end in landmarks.CONNECTIONS:
        a, b = person[start], person[end]
        if KeypointState.ABSENT in (a.state, b.state):
            continue
        ends = (a.x * size[0], a.y * size[1]), (b.x * size[0], b.y * size[1])
        is_sure = a.state is b.state is KeypointState.VISIBLE
        colour = COLOURS[landmarks.connection_side(start, end)]
        for part in [ends] if is_sure else _dashes(*ends, length=unit * 6):
            draw.line(part, fill=_OUTLINE, width=round(unit * 4))
            draw.line(part, fill=colour, width=round(unit * 2))


def _dashes(
    start: tuple[float, float], end: tuple[float, float], *, length: float
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    dx, dy = end[0] - start[0], end[1] - start[1]
    count = max(1, round((dx * dx + dy * dy) ** 0.5 / length))

    def at(step: int) -> tuple[float, float]:
        return start[0] + dx * step / count, start[1] + dy * step / count

    return [(at(step), at(step + 1)) for step in range(0, count, 2)]


def _burn_points(draw: ImageDraw.ImageDraw, person: Sequence[Keypoint], size: tuple[int, int], unit: float) -> None:
    radius, line = unit * 3, max(1, round(unit))
    for index, point in enumerate(person):
        if point.state is KeypointState.ABSENT:
            continue
        x, y, side = point.x * size[0], point.y * size[1], landmarks.SIDES[index]
        box = (x - radius, y - radius, x + radius, y + radius)
        is_sure = point.state is KeypointState.VISIBLE
        shape = draw.rectangle if side is Side.RIGHT else draw.ellipse
        shape(box, fill=COLOURS[side] if is_sure else None, outline=_OUTLINE if is_sure else COLOURS[side], width=line)
