"""What the pages of revisions are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from poses.models import PoseRevision
from poses.selectors.revisions import LARGEST_NUMBER

SIDE_BY_SIDE, OVERLAY = "side", "overlay"
PERSON, PHOTO = "person", "photo"
BY_DISTANCE, BY_NAME = "distance", "name"
# How to look at a comparison, each with its name on the page; the first is usual.
_WAYS: dict[str, tuple[str, dict[str, str]]] = {
    "view": ("Pictures", {SIDE_BY_SIDE: "Side by side", OVERLAY: "Overlay"}),
    "crop": ("Show", {PERSON: "Person", PHOTO: "Whole photo"}),
    "sort": ("Sorted by", {BY_DISTANCE: "Distance", BY_NAME: "Name"}),
}
_REASON_LENGTH = PoseRevision._meta.get_field("reason").max_length


def _number(*, required: bool = True) -> forms.IntegerField:
    unknown = dict.fromkeys(("invalid", "min_value", "max_value"), "This pose has no such revision.")
    return forms.IntegerField(min_value=1, max_value=LARGEST_NUMBER, required=required, error_messages=unknown)


class CompareForm(forms.Form):
    """Two revisions, and how to look at them; what is left out, or is none of the ways, is the usual."""

    a = _number(required=False)
    b = _number(required=False)

    @property
    def ways(self) -> dict[str, str]:
        """The view, the crop, and the order of the rows."""
        return {name: _one_of(self.data.get(name), tuple(ways)) for name, (_, ways) in _WAYS.items()}


class RestoreForm(forms.Form):
    """Which revision to bring back, from which state of the pose; the points come beside it."""

    revision = _number()
    expected_revision = _number()
    reason = forms.CharField(required=False, max_length=_REASON_LENGTH)


class PageForm(forms.Form):
    """Where a page of the list begins; anything else is the first page."""

    before = _number(required=False)
    after = _number(required=False)


@dataclass(frozen=True, slots=True)
class Switch:
    """A choice by links: each its words, its query, and whether it is chosen."""

    name: str
    label: str
    links: list[tuple[str, str, bool]]


def switches(query: QueryDict, chosen: Mapping[str, str]) -> dict[str, Switch]:
    """One a way to look at a comparison; whatever else is asked for stays."""
    return {
        name: Switch(
            name, label, [(word, _with(query, name, value), chosen[name] == value) for value, word in ways.items()]
        )
        for name, (label, ways) in _WAYS.items()
    }


def _with(query: QueryDict, name: str, value: str) -> str:
    changed = QueryDict(mutable=True)
    for key in ("a", "b", *_WAYS):
        if kept := value if key == name else query.get(key):
            changed[key] = kept
    return f"?{changed.urlencode()}"


def _one_of(value: Any, known: tuple[str, ...]) -> str:
    return value if value in known else known[0]
