"""The form of a new batch: a CSV, and what to do with each image that it names."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings

from batches.imaging.settings import DEFAULT_QUALITY, CompressionSettings, OutputFormat
from batches.services.options import BatchOptions
from core.errors import DomainError
from poses.engine.detector import MAX_PEOPLE, MIN_PEOPLE
from poses.services.options import DetectionOptions

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict

    from accounts.models import User

_TARGET_PERCENT = 40
_FORMATS = (
    (OutputFormat.KEEP.value, "As the original"),
    (OutputFormat.JPEG.value, "JPEG"),
    (OutputFormat.WEBP.value, "WebP"),
    (OutputFormat.AVIF.value, "AVIF"),
)
_NOTHING = "Choose at least one of the two: compress the images, or find people on them."


class SizeBy(StrEnum):
    """How the compressed size is chosen."""

    QUALITY = "quality"
    TARGET = "target"


# What says nothing, whatever stands in it, while this is not wanted.
_OF_COMPRESSION = ("size_by", "quality", "target_percent", "longest_side", "output_format")
_OF_DETECTION = ("model", "people", "min_confidence")


def _number(
    label: str, least: int, most: int, *, required: bool = True, named: bool = False, empty: str = ""
) -> forms.IntegerField:
    """A whole number; one that is `named` has no label of its own on the page, and `empty` says what none means."""
    message = f"Give a whole number from {least:,} to {most:,}."
    attrs = ({"aria-label": label} if named else {}) | ({"placeholder": empty} if empty else {})
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        required=required,
        widget=forms.NumberInput(attrs=attrs),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), message),
    )


class CheckForm(forms.Form):
    """Everything but the CSV has an answer already; of what is not wanted nothing is asked."""

    file = forms.FileField(
        label="CSV file",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        allow_empty_file=True,  # the check of the CSV says what is wrong with it
        error_messages={"required": "Choose a CSV file."},
    )
    compresses = forms.BooleanField(required=False, label="Compress each image")
    size_by = forms.ChoiceField(
        label="Size",
        choices=((SizeBy.QUALITY.value, "Quality"), (SizeBy.TARGET.value, "Share of the original's bytes")),
        widget=forms.RadioSelect,
    )
    quality = _number("Quality, 1 to 100", 1, 100, named=True)
    target_percent = _number("Per cent of the original's bytes, 1 to 99", 1, 99, named=True)
    longest_side = _number("Longest side in pixels", 16, 16_384, required=False, empty="No limit")
    output_format = forms.ChoiceField(label="Format", choices=_FORMATS)
    measures_ssim = forms.BooleanField(required=False, label="Measure likeness (SSIM)")
    finds_people = forms.BooleanField(required=False, label="Find people and their poses")
    people = _number("People to look for on an image", MIN_PEOPLE, MAX_PEOPLE)
    min_confidence = forms.FloatField(
        label="Least confidence",
        min_value=0,
        max_value=1,
        step_size=0.05,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value", "step_size"), "Give a number from 0 to 1, such as 0.5."
        ),
    )
    email = forms.EmailField(
        required=False, label="E-mail to", error_messages={"invalid": "This is not an e-mail address."}
    )
    webhook_url = forms.CharField(
        required=False,
        max_length=2048,
        label="Webhook",
        widget=forms.URLInput(attrs={"placeholder": "https://", "spellcheck": "false", "autocomplete": "url"}),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        user: "User",
        model_names: Iterable[str],
    ) -> None:
        initial = {
            "compresses": True,
            "size_by": SizeBy.QUALITY.value,
            "quality": DEFAULT_QUALITY,
            "target_percent": _TARGET_PERCENT,
            "output_format": OutputFormat.KEEP.value,
            "finds_people": True,
            "people": settings.POSE_PEOPLE,
            "min_confidence": settings.POSE_MIN_CONFIDENCE,
            "model": settings.POSE_MODEL,
            "email": user.email,
        }
        super().__init__(
            data, files, initial=initial, auto_id="batch-%s", use_required_attribute=False, label_suffix=""
        )
        choices = [(name, name) for name in sorted(model_names)]
        if len(choices) > 1:
            self.fields["model"] = forms.ChoiceField(required=False, label="Model", choices=choices)

    def clean(self) -> dict[str, Any]:
        """Only what is wanted is judged."""
        given = super().clean() or self.cleaned_data
        compresses, finds_people = bool(given.get("compresses")), bool(given.get("finds_people"))
        if not compresses:
            self._forgive(_OF_COMPRESSION)
        elif given.get("size_by") == SizeBy.QUALITY:
            self._forgive(("target_percent",))
        else:
            self._forgive(("quality",))
        if not finds_people:
            self._forgive(_OF_DETECTION)
        if not compresses and not finds_people:
            self.add_error(None, _NOTHING)
        return given

    def options(self, *, base_url: str) -> BatchOptions:
        """What was asked for; the form must be valid."""
        given = self.cleaned_data
        return BatchOptions(
            compression=self._compression() if given["compresses"] else None,
            detection=self._detection() if given["finds_people"] else None,
            measures_ssim=given["measures_ssim"],
            email=given["email"],
            webhook_url=given["webhook_url"].strip(),
            base_url=base_url,
        )

    def add_refusal(self, refused: DomainError) -> None:
        """Says what a service has refused, beside the field that it is about."""
        field = next((name for name in refused.fields if name in self.fields), None)
        self.add_error(field, refused.message)

    def _compression(self) -> CompressionSettings:
        given = self.cleaned_data
        is_by_quality = given["size_by"] == SizeBy.QUALITY
        return CompressionSettings(
            format=OutputFormat(given["output_format"]),
            quality=given["quality"] if is_by_quality else None,
            target_percent=None if is_by_quality else given["target_percent"],
            longest_side=given["longest_side"],
        )

    def _detection(self) -> DetectionOptions:
        given = self.cleaned_data
        return DetectionOptions.given(
            model=given.get("model"), people=given["people"], min_confidence=given["min_confidence"]
        )

    def _forgive(self, names: Sequence[str]) -> None:
        for name in names:
            self.errors.pop(name, None)
