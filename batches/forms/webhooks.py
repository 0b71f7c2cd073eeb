"""What the page of webhooks is asked for."""

from django import forms

_MAX_URL = 2048


class PingForm(forms.Form):
    """Where a ping goes; `core.outbound` says which addresses it may go to."""

    url = forms.CharField(
        label="URL",
        max_length=_MAX_URL,
        widget=forms.URLInput({"placeholder": "https://example.org/hooks/posesite", "autocomplete": "off"}),
        error_messages={"required": "Give the address that takes your webhooks."},
    )


class RotateForm(forms.Form):
    """The secret that the page showed as the current one, so that a page sent twice rotates once."""

    seen = forms.CharField(required=False)
