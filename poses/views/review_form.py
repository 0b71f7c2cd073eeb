"""The forms of the review: what the queue shows, and what is done to the poses that are chosen in it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django import forms

from poses.models import Photo, Pose
from poses.selectors.review import AssignedFilter, ConfidenceBand, ReviewFilter, ReviewOrder

from .gallery_form import choice_field, day_field, search_field

_ORDERS = (
    ("", "Least sure first"),
    (ReviewOrder.MIRROR, "Largest mirror disagreement first"),
    (ReviewOrder.OLDEST, "Oldest first"),
)
_ASSIGNED = (
    ("", "Any assignee"),
    (AssignedFilter.ME, "Assigned to me"),
    (AssignedFilter.NOBODY, "Unassigned"),
)
_BANDS = (
    ("", "Any confidence"),
    (ConfidenceBand.LOW, "Below 50 %"),
    (ConfidenceBand.MIDDLE, "50 to 80 %"),
    (ConfidenceBand.HIGH, "80 % and more"),
)
_SOURCES = (("", "Any source"), *Photo.Source.choices)
_EDITS = (("", "Edited or not"), ("yes", "Has edits"))
_PEOPLE = (("", "Any number of people"), ("several", "Several people"))


class BulkAction(StrEnum):
    """What may be done to several poses at once."""

    APPROVE = "approve"
    REJECT = "reject"
    SEND = "send"
    ASSIGN = "assign"
    REVERT = "revert"
    DETECT = "detect"
    MIRROR = "mirror"


class ReviewFilterForm(forms.Form):
    """All fields may be left out; one that is not valid is not used and named on the page."""

    status = choice_field("Status", Pose.Review.choices)
    q = search_field()
    order = choice_field("Order", _ORDERS)
    assigned = choice_field("Assigned to", _ASSIGNED)
    band = choice_field("Confidence", _BANDS)
    edits = choice_field("Edits", _EDITS)
    people = choice_field("People on the photo", _PEOPLE)
    source = choice_field("Photo's source", _SOURCES)
    since = day_field("Found from")
    until = day_field("Found until")

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data, auto_id="filter-%s", use_required_attribute=False, label_suffix="")
        self.fields["status"].widget = forms.HiddenInput()

    @property
    def wanted(self) -> ReviewFilter:
        """What is valid of it."""
        self.is_valid()
        given = self.cleaned_data
        return ReviewFilter(
            status=Pose.Review(given.get("status") or Pose.Review.NEEDS_REVIEW),
            order=ReviewOrder(given.get("order") or ReviewOrder.LEAST_SURE),
            search=given.get("q", ""),
            assigned=AssignedFilter(given["assigned"]) if given.get("assigned") else None,
            band=ConfidenceBand(given["band"]) if given.get("band") else None,
            source=Photo.Source(given["source"]) if given.get("source") else None,
            is_edited=given.get("edits") == "yes",
            is_of_several=given.get("people") == "several",
            since=given.get("since"),
            until=given.get("until"),
        )

    @property
    def has_more(self) -> bool:
        """Whether one of the filters that the page folds away is in use."""
        return any(self[name].data for name in ("edits", "people", "source", "since", "until"))


class BulkForm(forms.Form):
    """An action; why, where it rejects; who, where it assigns; whether the person has said yes."""

    action = forms.ChoiceField(choices=[(action.value, action.value) for action in BulkAction])
    reason = forms.CharField(required=False, label="Reason", max_length=300)
    assigned_to = forms.IntegerField(required=False, label="Assign to")
    confirmed = forms.BooleanField(required=False)
