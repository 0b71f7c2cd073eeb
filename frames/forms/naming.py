"""A scan's name and the unit of its depths."""

from django import forms

from frames.services.creating import NAME_LENGTH, UNIT_LENGTH

from .base import Form


class ScanForm(Form):
    """What an owner may say of a scan; which letters will do is judged by the services."""

    name = forms.CharField(
        label="Name",
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Give the scan a name.",
            "max_length": f"Give a name of at most {NAME_LENGTH} letters.",
        },
    )
    unit = forms.CharField(
        label="Unit of depth",
        max_length=UNIT_LENGTH,
        initial="m",
        widget=forms.TextInput(attrs={"list": "units", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": "Give the unit of the depths, such as m or ft.",
            "max_length": f"Give a unit of at most {UNIT_LENGTH} letters.",
        },
    )
