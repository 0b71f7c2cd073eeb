"""The editor as a form's widget: rows of numbers for everyone, the photo to draw on where scripts run.

The text is the truth. It is sent only where the script has enabled it, else the value is made of the rows.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString, mark_safe

from poses.engine import draw, landmarks

from . import rows
from .edited import EditedPose, editor_data
from .text import as_text, from_text


class _PointsWidget(forms.Widget):
    """Text and rows; `edited` is set before the form is used."""

    edited: EditedPose
    template_name: str
    names: tuple[str, ...]

    def use_required_attribute(self, initial: Any) -> bool:
        """The rows are never all required."""
        return False

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str | None:
        """The text as it was sent, else the rows as text, else None."""
        if name in data:
            return str(data[name])
        typed = rows.typed_rows(data, name, self.names)
        return None if typed is None else as_text(self.points_of(typed))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Whether neither text nor rows were sent."""
        return self.value_from_datadict(data, files, name) is None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """With the rows as the text has them."""
        context = super().get_context(name, value, attrs)
        text = value if isinstance(value, str) else as_text(value or [])
        try:
            points = from_text(text)
        except ValueError:
            points = None
        context["widget"] |= {"text": text, "rows": self.rows_of(points), "states": rows.STATES}
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: object = None) -> SafeString:
        """By the site's templates, whatever the form's own renderer finds."""
        shown = TemplatesSetting().render(self.template_name, self.get_context(name, value, attrs))
        return mark_safe(shown)  # noqa: S308  # a template's own output, as Django's widgets do

    def points_of(self, typed: Mapping[str, rows.Typed]) -> list[dict[str, Any]]:
        """Typed rows as JSON."""
        raise NotImplementedError

    def rows_of(self, points: object) -> list[rows.PointRow]:
        """JSON, which may be anything, as rows."""
        raise NotImplementedError


class ExtraKeypointsWidget(_PointsWidget):
    """The extra landmarks' part of the editor."""

    template_name = "poses/editor/extras.html"
    names = landmarks.EXTRA_NAMES

    def points_of(self, typed: Mapping[str, rows.Typed]) -> list[dict[str, Any]]:
        """See above."""
        return rows.extras_of(typed, self.edited.base.version.extras, self.edited.size)

    def rows_of(self, points: object) -> list[rows.PointRow]:
        """See above."""
        return rows.extra_rows(points, self.edited.size)


class KeypointsWidget(_PointsWidget):
    """The photo, the 33 points, and the extra landmarks' field `extras` within."""

    template_name = "poses/editor/widget.html"
    names = landmarks.NAMES
    extras: BoundField | None = None
    # The site's pages list the keys in their own dialog.
    has_own_keys = True

    class Media:
        css = {"all": ("css/editor-frame.css", "css/skeleton.css", "css/viewer.css", "css/editor.css")}  # noqa: RUF012
        js = (forms.Script("js/editor/main.js", type="module"),)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """With all that the script draws."""
        context = super().get_context(name, value, attrs)
        photo = self.edited.photo
        svg = draw.skeleton_svg([self.edited.base.points], width=photo.width, height=photo.height)
        context["widget"] |= {
            "photo": photo,
            "data": editor_data(self.edited),
            "data_id": f"{context['widget']['attrs'].get('id', name)}_data",
            "skeleton_svg": mark_safe(svg),  # noqa: S308  # made of numbers and our own names alone
            "extras": self.extras,
            "has_own_keys": self.has_own_keys,
        }
        return context

    def points_of(self, typed: Mapping[str, rows.Typed]) -> list[dict[str, Any]]:
        """See above."""
        return rows.keypoints_of(typed, self.edited.base.points, self.edited.size)

    def rows_of(self, points: object) -> list[rows.PointRow]:
        """See above."""
        return rows.keypoint_rows(points, self.edited.base.points, self.edited.size)
