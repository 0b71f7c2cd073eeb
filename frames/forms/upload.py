"""A CSV for a scan, new or there already."""

from enum import StrEnum

from django import forms

from frames.services.creating import NAME_LENGTH

from .base import Form
from .naming import ScanForm


class Mode(StrEnum):
    """What becomes of a file that has faults."""

    STRICT = "strict"
    LENIENT = "lenient"


class UploadForm(Form):
    """A file, and how it is taken."""

    file = forms.FileField(
        label="CSV file",
        allow_empty_file=True,  # the check of the CSV says what is wrong with it
        error_messages={"required": "Choose a CSV file.", "invalid": "Choose a CSV file."},
    )
    mode = forms.ChoiceField(
        label="If rows have faults",
        choices=[(mode.value, mode.value) for mode in Mode],
        initial=Mode.STRICT.value,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose strict or lenient."),
    )

    @property
    def is_strict(self) -> bool:
        """Of a valid form."""
        return bool(self.cleaned_data["mode"] == Mode.STRICT)

    @property
    def is_lenient_chosen(self) -> bool:
        """How the page shows it, whatever was sent."""
        return bool(self["mode"].value() == Mode.LENIENT)


class NewScanForm(UploadForm, ScanForm):
    """With the scan that begins with it; one without a name takes the file's."""

    name = forms.CharField(
        label="Name",
        max_length=NAME_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": f"Give a name of at most {NAME_LENGTH} letters."},
    )
