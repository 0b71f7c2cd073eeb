"""Model against human: which keypoints people move, and how far."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from poses.engine.deviations import LEAST_PX, Deviation
from poses.selectors.drawing import words
from poses.selectors.statistics import (
    MOST_POSES,
    KeypointStatistics,
    ModelDeviations,
    keypoint_statistics,
    may_see_statistics,
)

from .gallery_form import choice_field, day_field

if TYPE_CHECKING:
    from accounts.models import User

_SHA_IN_ADDRESS = 12


class Sort(StrEnum):
    """What the table and the bars go by."""

    SHARE = "share"
    MEDIAN = "median"
    NAME = "name"


class StatisticsForm(forms.Form):
    """All fields may be left out; one that is not valid is not used and named on the page."""

    since = day_field("Found from")
    until = day_field("Found until")
    sort = choice_field("Sorted by", [(sort.value, sort.value) for sort in Sort])

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="statistics-%s", use_required_attribute=False, label_suffix="")
        self.fields["sort"].widget = forms.HiddenInput()
        self.is_valid()

    @property
    def sorting(self) -> Sort:
        """What was asked for, or the share moved."""
        return Sort(self.cleaned_data.get("sort") or Sort.SHARE)


@dataclass(frozen=True, slots=True)
class Row:
    """A keypoint's numbers for people: per cent, pixels; `bar` is its bar's length, 0 to 100."""

    words: str
    side: str
    share: float
    median_px: float | None
    p90_px: float | None
    torso: float | None
    bar: float


@dataclass(frozen=True, slots=True)
class Choice:
    """A model to choose; its value in the address is the beginning of the file's hash."""

    value: str
    label: str
    is_chosen: bool


@require_safe
@login_required
@cache_control(private=True, no_cache=True)
def keypoint_statistics_page(request: HttpRequest) -> HttpResponse:
    """One model's keypoints as bars and as a table, with a choice of model and days."""
    user = cast("User", request.user)
    if not may_see_statistics(user):
        raise PermissionDenied
    form = StatisticsForm(request.GET)
    since, until = (form.cleaned_data.get(name) for name in ("since", "until"))
    found = keypoint_statistics(user=user, since=since, until=until)
    model = _chosen(found, request.GET.get("model", ""))
    sort = form.sorting
    context = {
        "form": form,
        "found": found,
        "model": model,
        "approved": model.poses - model.corrected if model else 0,
        "choices": [Choice(_value(one), one.label, one is model) for one in found.models],
        "rows": _rows(model, sort) if model else [],
        "sort": sort,
        "sorted_by": {one.value: _address({**request.GET.dict(), "sort": one.value}) for one in Sort},
        "most": f"{MOST_POSES:,}",
        "least_px": LEAST_PX,
        "has_days": bool(since or until),
        "csv_query": _address({"since": str(since or ""), "until": str(until or "")}),
        "can_export": user.has_perm("poses.export_pose"),
    }
    return render(request, "poses/statistics/keypoints.html", context)


def _chosen(found: KeypointStatistics, value: str) -> ModelDeviations | None:
    """The one that was asked for, or the first."""
    wanted = (model for model in found.models if _value(model) == value)
    return next(wanted, next(iter(found.models), None))


def _value(model: ModelDeviations) -> str:
    return model.sha256[:_SHA_IN_ADDRESS]


def _rows(model: ModelDeviations, sort: Sort) -> list[Row]:
    longest = max(_measure(one, sort) for one in model.keypoints) or 1
    return [_row(one, 100 * _measure(one, sort) / longest) for one in sorted(model.keypoints, key=_key(sort))]


def _measure(one: Deviation, sort: Sort) -> float:
    """What a bar is as long as: the median where that is what the table goes by, else the share."""
    return one.median_px or 0 if sort is Sort.MEDIAN else one.share_moved


def _key(sort: Sort) -> Any:
    if sort is Sort.NAME:
        return lambda one: words(one.name)
    return lambda one: -_measure(one, sort)


def _row(one: Deviation, bar: float) -> Row:
    return Row(
        words=words(one.name),
        side=one.side.value,
        share=one.share_moved * 100,
        median_px=one.median_px,
        p90_px=one.p90_px,
        torso=None if one.median_torso is None else one.median_torso * 100,
        bar=bar,
    )


def _address(chosen: Mapping[str, str]) -> str:
    """A query string; empty where nothing is chosen."""
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in chosen.items() if value})
    return f"?{query.urlencode()}" if query else ""
