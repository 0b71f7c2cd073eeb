"""The form behind the editor, on the site's page and in Django's admin."""

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.forms import add_domain_error
from core.errors import DomainError
from poses.models import Pose

from .choices import chosen, wants_editor
from .edited import EditedPose, edited_pose
from .fields import ExtraKeypointsField, KeypointsField

_POINTS = {"keypoints", "extra_keypoints"}


class KeypointFields(forms.Form):
    """The editor's fields, to be mixed into a form of any kind: call `begin` when it is made.

    Render `keypoints` and the hidden `expected_revision`; the extra landmarks stand within the first.
    """

    keypoints = KeypointsField()
    extra_keypoints = ExtraKeypointsField(required=False, label="Extra landmarks")
    expected_revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = forms.CharField(required=False, max_length=300, help_text="Why, for the history.")
    _unknown_revision: DomainError | None = None

    def begin(self, pose: Pose) -> None:
        """Lets the fields draw and check this pose, from the revision that the form names or the current one.

        Where the form answers a conflict, its choices are applied.
        """
        if self.is_bound:
            self.data = chosen(pose, self.data)
        edited = self._edited(pose)
        keypoints, extras = self.fields["keypoints"], self.fields["extra_keypoints"]
        keypoints.edited = extras.edited = edited  # type: ignore[attr-defined]
        keypoints.initial, extras.initial = edited.base.keypoints, edited.base.extra_keypoints
        self.fields["expected_revision"].initial = edited.base.number
        keypoints.widget.extras = self["extra_keypoints"]

    def _edited(self, pose: Pose) -> EditedPose:
        given = self["expected_revision"].data if self.is_bound else None
        try:
            return edited_pose(pose, int(str(given)) if given else None)
        except ValueError:
            pass  # the field itself says so
        except DomainError as error:
            self._unknown_revision = error
        return edited_pose(pose)

    def clean(self) -> dict[str, Any]:
        """Refuses a number that is no revision's: the form then shows the current one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self._unknown_revision is not None:
            add_domain_error(self, self._unknown_revision)
        return cleaned

    def is_valid(self) -> bool:
        """Not where somebody only wants to see in the editor what came out of a conflict."""
        return super().is_valid() and not self.is_for_editor

    @property
    def is_for_editor(self) -> bool:
        """Whether the form is to be looked at again before it is saved."""
        return wants_editor(self.data)

    @property
    def has_new_points(self) -> bool:
        """Whether a point differs from the revision that the edit began from: else there is nothing to save."""
        return not _POINTS.isdisjoint(self.changed_data)

    @property
    def edit(self) -> dict[str, Any]:
        """The valid form as arguments of `services.editing.replace_keypoints`, but for who edits and where."""
        names = ("keypoints", "extra_keypoints", "expected_revision", "reason")
        return {**{name: self.cleaned_data[name] for name in names}, "may_omit": True}


class EditForm(KeypointFields):
    """The editing page's form."""

    def __init__(self, pose: Pose, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.begin(pose)
        self.fields["keypoints"].widget.has_own_keys = False
