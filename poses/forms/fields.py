"""Keypoints as form fields: JSON text in, checked by the engine."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from poses.engine import validation
from poses.engine.errors import KeypointsInvalid

from .edited import EditedPose
from .text import as_text, from_text
from .widgets import ExtraKeypointsWidget, KeypointsWidget


class _PointsField(forms.Field):
    """A list of points as JSON text; `edited` is set before the form is used."""

    default_error_messages = {"invalid_json": "The points are not readable: %(error)s."}  # noqa: RUF012
    widget: Any
    _edited: EditedPose

    @property
    def edited(self) -> EditedPose:
        """What is edited."""
        return self._edited

    @edited.setter
    def edited(self, edited: EditedPose) -> None:
        self._edited = self.widget.edited = edited

    def prepare_value(self, value: Any) -> str:
        """Text as it was typed; points as text."""
        return value if isinstance(value, str) else as_text(value or [])

    def to_python(self, value: Any) -> Any:
        """The text's JSON; None where nothing was sent."""
        if value is None:
            return None
        if not value.strip():
            return []
        try:
            return from_text(value)
        except ValueError as error:
            raise ValidationError(
                self.error_messages["invalid_json"], code="invalid_json", params={"error": error}
            ) from error

    def validate(self, value: Any) -> None:
        """Whether the engine takes it for points."""
        if value is None:
            return super().validate(value)
        try:
            self.check(value)
        except KeypointsInvalid as error:
            raise ValidationError(error.message, code=error.code) from error
        return None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the points differ from those that the edit began from."""
        try:
            value = self.to_python(data)
            return value is not None and self.check(value) != self.before()
        except (ValidationError, KeypointsInvalid):
            return True

    def check(self, value: Any) -> tuple[object, ...]:
        """The points. Raises KeypointsInvalid."""
        raise NotImplementedError

    def before(self) -> tuple[object, ...]:
        """The points that the edit began from."""
        raise NotImplementedError


class KeypointsField(_PointsField):
    """All 33 keypoints; what an entry leaves out is as in the revision that the edit began from."""

    widget = KeypointsWidget

    def check(self, value: Any) -> tuple[object, ...]:
        """See above."""
        return validation.validated(value, self.edited.base.points, model=self.edited.model.points, may_omit=True)

    def before(self) -> tuple[object, ...]:
        """See above."""
        return self.edited.base.points


class ExtraKeypointsField(_PointsField):
    """The extra landmarks that are placed; None, where nothing was sent, keeps those that are."""

    widget = ExtraKeypointsWidget

    def check(self, value: Any) -> tuple[object, ...]:
        """See above."""
        return validation.validated_extras(value)

    def before(self) -> tuple[object, ...]:
        """See above."""
        return self.edited.base.version.extras
