"""List filters."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from poses.models import Photo
from poses.services import engine

# Enough to see every model in use without reading the whole table.
_LATEST = 1_000


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
