"""Photos with skeletons over them, in the viewer's colours.

The page's Content-Security-Policy forbids inline styles: sizes are in the style sheet, colours in SVG attributes.
"""

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from poses.engine import draw
from poses.engine.people import Keypoint, PoseVersion
from poses.models import Photo

_THUMBNAIL_SIDE = 320


def thumbnail(photo: Photo, people: Iterable[Sequence[Keypoint]]) -> SafeString:
    """The photo's thumbnail with people drawn over it."""
    scale = _THUMBNAIL_SIDE / max(photo.width, photo.height)
    width, height = max(1, round(photo.width * scale)), max(1, round(photo.height * scale))
    bones = [
        (path, draw.COLOURS[side], path)
        for points in people
        for side, path in draw.bone_paths(points, width=width, height=height).items()
    ]
    return format_html(
        '<span class="pose-thumbnail"><img src="{}" width="{}" height="{}" alt="{}" loading="lazy">'
        '<svg viewBox="0 0 {} {}" aria-hidden="true">{}</svg></span>',
        reverse("photo-thumbnail", args=[photo.pk]),
        width,
        height,
        photo.title,
        width,
        height,
        format_html_join("", '<path class="outline" d="{}"/><path stroke="{}" d="{}"/>', bones),
    )


def picture(photo: Photo) -> SafeString:
    """The photo, large, with everybody on it."""
    overlay = format_html('<img src="{}" alt="">', reverse("photo-overlay-svg", args=[photo.pk]))
    return _large(photo, overlay)


def picture_of(photo: Photo, version: PoseVersion) -> SafeString:
    """The photo, large, with one person on it."""
    size = {"width": photo.width, "height": photo.height}
    svg = draw.skeleton_svg([version.keypoints], extras=[version.extras], **size)
    return _large(photo, mark_safe(svg))  # noqa: S308  # numbers and landmark names only, quoted where it is drawn


def _large(photo: Photo, overlay: SafeString) -> SafeString:
    return format_html(
        '<span class="pose-picture"><img src="{}" width="{}" height="{}" alt="{}">{}</span>',
        reverse("photo-display", args=[photo.pk]),
        photo.width,
        photo.height,
        photo.title,
        overlay,
    )
