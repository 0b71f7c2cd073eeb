"""What the forms of depth scans have in common."""

from typing import Any

from django import forms

from core.errors import DomainError


class Form(forms.Form):
    """Its fields' ids begin with `scan-`."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "scan-%s", "label_suffix": "", **kwargs})

    def add_refusal(self, refused: DomainError) -> None:
        """Says what a service has refused, beside the field that it is about."""
        field = next((name for name in refused.fields if name in self.fields), None)
        self.add_error(field, refused.message)
