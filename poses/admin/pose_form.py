"""The editor as the form of a pose's page."""

from typing import TYPE_CHECKING, Any

from django import forms

from accounts.forms import add_domain_error
from core.errors import DomainError
from poses.forms.editing import KeypointFields
from poses.models import Pose

if TYPE_CHECKING:  # generic for the type checker, not at run time
    _ModelForm = forms.ModelForm[Pose]
else:
    _ModelForm = forms.ModelForm


class PoseForm(KeypointFields, _ModelForm):
    """The editor's fields in place of the model's own, of which nobody types any."""

    # A refusal that only saving brought about; the form then says so, with what was typed still in it.
    refusal: DomainError | None = None

    class Meta:
        model = Pose
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        pose: Pose = kwargs["instance"]
        super().__init__(data, files, **kwargs)
        self.begin(pose)

    def clean(self) -> dict[str, Any]:
        """With the refusal at the fields that it names."""
        cleaned = super().clean()
        if self.refusal is not None:
            add_domain_error(self, self.refusal)
        return cleaned
