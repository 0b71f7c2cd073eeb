"""List filters."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from poses.models import Photo
from poses.selectors import review
from poses.selectors.review import ConfidenceBand
from poses.services import engine

# Enough to see every model in use without reading the whole table.
_LATEST = 1_000
# Of a user's key that any database can compare with.
_DIGITS = 18


class PeopleFilter(admin.SimpleListFilter):
    """Photos by how many people were found."""

    title = "people found"
    parameter_name = "people"
    bands = {
        "0": ("Nobody", Q(people_found=0)),
        "1": ("One", Q(people_found=1)),
        "2-4": ("2 to 4", Q(people_found__range=(2, 4))),
        "5-": ("5 or more", Q(people_found__gte=5)),
    }

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> Iterable[tuple[str, str]]:
        """The bands."""
        return [(value, label) for value, (label, _) in self.bands.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those in the band."""
        band = self.bands.get(self.value() or "")
        return queryset.filter(band[1]) if band else queryset


class ErrorFilter(admin.SimpleListFilter):
    """Photos that failed, or did not."""

    title = "error"
    parameter_name = "error"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> Iterable[tuple[str, str]]:
        """Two."""
        return [("yes", "Has an error"), ("no", "Has none")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those with an error code, or without."""
        match self.value():
            case "yes":
                return queryset.exclude(error_code="")
            case "no":
                return queryset.filter(error_code="")
        return queryset


class ModelFilter(admin.SimpleListFilter):
    """Rows by the name of the pose model: those in the model folder and those used lately."""

    title = "model"
    parameter_name = "model"
    field = "model_name"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> Iterable[tuple[str, str]]:
        """Names, in order."""
        used = Photo.objects.order_by("-created_at", "-id").values_list("model_name", flat=True)[:_LATEST]
        chosen = self.used_parameters.get(self.parameter_name)
        names = {*engine.available_models(), *used, *([chosen] if chosen else [])}
        return [(name, name) for name in sorted(names)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those with the name."""
        name = self.value()
        return queryset.filter(**{self.field: name}) if name else queryset


class DetectionModelFilter(ModelFilter):
    """Rows by the model of the detection that they name."""

    field = "detection__model_name"


class ConfidenceFilter(admin.SimpleListFilter):
    """Poses by the mean visibility of their current keypoints."""

    title = "confidence"
    parameter_name = "confidence"
    labels = {ConfidenceBand.LOW: "Below 50 %", ConfidenceBand.MIDDLE: "50 to 80 %", ConfidenceBand.HIGH: "Above 80 %"}

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> Iterable[tuple[str, str]]:
        """The bands."""
        return [(band.value, label) for band, label in self.labels.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those in the band."""
        band = self.value()
        return queryset.filter(review.BANDS[ConfidenceBand(band)]) if band in set(ConfidenceBand) else queryset


class EditedFilter(admin.SimpleListFilter):
    """Poses that a person has corrected at some time, or nobody has."""

    title = "edits"
    parameter_name = "edits"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> Iterable[tuple[str, str]]:
        """Two."""
        return [("yes", "Has edits"), ("no", "Has none")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those with a revision by a person, or without."""
        match self.value():
            case "yes":
                return queryset.filter(review.edited())
            case "no":
                return queryset.exclude(review.edited())
        return queryset


class PeopleOnPhotoFilter(PeopleFilter):
    """Poses by how many people are on their photo."""

    title = "people on the photo"
    bands = {"1": ("One", Q(photo__people_found__lte=1)), "2-": ("Several", Q(photo__people_found__gte=2))}


class PhotoSourceFilter(admin.ChoicesFieldListFilter):
    """Poses by where their photo came from."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "photo's source"


class KeypointSourceFilter(admin.ChoicesFieldListFilter):
    """Poses by where their current keypoints came from."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "keypoints' source"


class AssignedFilter(admin.SimpleListFilter):
    """Poses by who is to review them: not everyone with an account is offered, only who may."""

    title = "assigned to"
    parameter_name = "assigned"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> Iterable[tuple[str, str]]:
        """Oneself, nobody, the reviewers."""
        others = [(str(member.pk), member.get_full_name()) for member in review.reviewers() if member != request.user]
        return [("me", "Me"), ("nobody", "Nobody"), *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the person."""
        match self.value():
            case None:
                return queryset
            case "me":
                return queryset.filter(assigned_to=request.user.pk)
            case "nobody":
                return queryset.filter(assigned_to=None)
            case value:
                is_key = value.isdecimal() and len(value) <= _DIGITS
                return queryset.filter(assigned_to=value) if is_key else queryset.none()
