"""The gallery's two forms: what to show, and how to detect what is added."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings

from poses.engine.detector import MAX_PEOPLE, MIN_PEOPLE
from poses.selectors.days import DAY_VALIDATORS
from poses.selectors.gallery import GalleryFilter, PeopleFilter, StatusFilter
from poses.services.options import DetectionOptions

PAGE_SIZES = (24, 60)

_STATUSES = (
    ("", "Status: any"),
    (StatusFilter.COMPLETED, "Completed"),
    (StatusFilter.NOBODY, "Nobody found"),
    (StatusFilter.FAILED, "Failed"),
    (StatusFilter.PENDING, "In progress"),
)
_PEOPLE = (
    ("", "People: any"),
    (PeopleFilter.NONE, "No people"),
    (PeopleFilter.ONE, "1 person"),
    (PeopleFilter.SEVERAL, "2 or more people"),
)
_WHOSE = (("", "My photos"), ("everyone", "Everyone's photos"))
_SIZES = tuple(("" if size == PAGE_SIZES[0] else str(size), f"{size} photos") for size in PAGE_SIZES)


def day_field(label: str) -> forms.DateField:
    """A day that may be left out."""
    picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(
        required=False,
        label=label,
        widget=picker,
        input_formats=["%Y-%m-%d"],
        validators=DAY_VALIDATORS,
        error_messages={"invalid": "Give a day such as 2026-01-31."},
    )


def choice_field(label: str, choices: Sequence[tuple[str, str]]) -> forms.ChoiceField:
    """A choice that may be left out."""
    return forms.ChoiceField(
        required=False,
        label=label,
        choices=choices,
        error_messages={"invalid_choice": "There is no such choice here."},
    )


def search_field() -> forms.CharField:
    """The photo's name or a part of it."""
    box = forms.TextInput(attrs={"type": "search", "placeholder": "Search by name", "autocomplete": "off"})
    return forms.CharField(required=False, max_length=200, label="Search by name", widget=box)


class GalleryFilterForm(forms.Form):
    """All fields may be left out; one that is not valid is not used and named on the page."""

    q = search_field()
    status = choice_field("Status", _STATUSES)
    people = choice_field("People found", _PEOPLE)
    whose = choice_field("Whose photos", _WHOSE)
    since = day_field("Added from")
    until = day_field("Added until")
    size = choice_field("On a page", _SIZES)

    def __init__(self, data: Any, *, model_names: Iterable[str], may_see_everyones: bool) -> None:
        super().__init__(data, auto_id="filter-%s", use_required_attribute=False, label_suffix="")
        names = sorted(model_names)
        choices = [("", "Any model"), *((name, name) for name in names)]
        # One model is no choice, but an address that names another is still told so.
        self.fields["model"] = choice_field("Model", choices)
        if len(names) <= 1:
            self.fields["model"].widget = forms.HiddenInput()
        if not may_see_everyones:
            del self.fields["whose"]

    @property
    def wanted(self) -> GalleryFilter:
        """What is valid of it."""
        self.is_valid()
        given = self.cleaned_data
        return GalleryFilter(
            search=given.get("q", ""),
            status=StatusFilter(given["status"]) if given.get("status") else None,
            people=PeopleFilter(given["people"]) if given.get("people") else None,
            since=given.get("since"),
            until=given.get("until"),
            model=given.get("model", ""),
            is_everyones=given.get("whose") == "everyone",
        )

    @property
    def page_size(self) -> int:
        """Photos on a page."""
        self.is_valid()
        return int(self.cleaned_data.get("size") or PAGE_SIZES[0])


class UploadForm(forms.Form):
    """How to look for people on the photos that are added; the site's settings stand in for what is left out."""

    people = forms.IntegerField(
        required=False,
        min_value=MIN_PEOPLE,
        max_value=MAX_PEOPLE,
        label="People to look for",
        help_text=f"The most on one photo, {MIN_PEOPLE} to {MAX_PEOPLE}.",
    )
    min_confidence = forms.FloatField(
        required=False,
        min_value=0,
        max_value=1,
        step_size=0.05,
        label="Least confidence",
        help_text="0 to 1. Lower finds more people, and more that are not there.",
    )

    def __init__(self, data: Any = None, *, model_names: Iterable[str]) -> None:
        initial = {
            "people": settings.POSE_PEOPLE,
            "min_confidence": settings.POSE_MIN_CONFIDENCE,
            "model": settings.POSE_MODEL,
        }
        super().__init__(data, initial=initial, auto_id="upload-%s", use_required_attribute=False, label_suffix="")
        choices = [(name, name) for name in sorted(model_names)]
        if len(choices) > 1:
            self.fields["model"] = forms.ChoiceField(required=False, label="Model", choices=choices)

    @property
    def options(self) -> DetectionOptions:
        """What was given; the form must be valid."""
        given = self.cleaned_data
        return DetectionOptions.given(
            model=given.get("model"), people=given.get("people"), min_confidence=given.get("min_confidence")
        )
