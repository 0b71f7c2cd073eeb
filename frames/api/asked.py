"""What `/api/frames/` is asked for: the parameters, and the scan that they mean."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from rest_framework import serializers

from core.errors import DomainError
from frames.formats.cells import DEPTH_LIMIT, rounded_depth
from frames.imaging import colormaps
from frames.models import DepthScan

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

_LARGEST_GREY = 255
_SCANS_NAMED = 5
# To be raised where the same rows and parameters come to be answered in another way.
_ANSWERS_VERSION = 1

_DEPTH_MESSAGES: dict[str, Any] = {
    "required": "Give a depth, such as 9000.1.",
    "invalid": "This is no depth. Give a finite number, such as 9000.1.",
    "max_string_length": "This is no depth. Give a finite number, such as 9000.1.",
    "range": f"Give a depth from −{DEPTH_LIMIT:,} to {DEPTH_LIMIT:,}.",
}
_GREY_MESSAGES: dict[str, Any] = dict.fromkeys(
    ("invalid", "max_string_length", "min_value", "max_value"), f"Give a whole number from 0 to {_LARGEST_GREY}."
)
_LIMIT_MESSAGES: dict[str, Any] = dict.fromkeys(
    ("invalid", "max_string_length", "min_value"), "Give a whole number of rows, 1 or more."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Rows from one depth to the other, both included, at most `limit`; how they are coloured, and told."""

    depth_min: float
    depth_max: float
    scan: UUID | None
    colormap: str
    vmin: int
    vmax: int
    limit: int | None
    depths: bool

    def etag(self, scan: DepthScan | None, kind: str) -> str:
        """A strong one: the same while an answer of this kind would have the same bytes."""
        of_scan = (scan.pk, scan.edition, scan.name, scan.unit) if scan else ()
        parts = (_ANSWERS_VERSION, kind, of_scan, asdict(self))
        return f'"{sha256(repr(parts).encode()).hexdigest()[:32]}"'


class DepthField(serializers.FloatField):
    """A depth, rounded as depths are on import."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(error_messages=_DEPTH_MESSAGES, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        """Raises ValidationError, also beyond the limit of depths."""
        depth: float = super().to_internal_value(data)
        if not abs(depth) <= DEPTH_LIMIT:
            self.fail("range")
        return rounded_depth(depth)


class FramesAskedSerializer(serializers.Serializer[Any]):
    """In the address; names that are not here are passed over."""

    depth_min = DepthField(help_text="Included.")
    depth_max = DepthField(help_text="Included.")
    scan = serializers.UUIDField(
        default=None,
        error_messages={"invalid": "This is no scan's id. `/api/depth-scans/` lists them."},
        help_text="May be left out by who has a single scan with rows.",
    )
    colormap = serializers.CharField(
        default=colormaps.DEFAULT, help_text="As `/api/frames/colormaps/` lists them. For json and png, as is the next."
    )
    vmin = serializers.IntegerField(
        default=0,
        min_value=0,
        max_value=_LARGEST_GREY,
        error_messages=_GREY_MESSAGES,
        help_text="The grey value of the first colour.",
    )
    vmax = serializers.IntegerField(
        default=_LARGEST_GREY,
        min_value=0,
        max_value=_LARGEST_GREY,
        error_messages=_GREY_MESSAGES,
        help_text="The grey value of the last colour.",
    )
    limit = serializers.IntegerField(
        default=None, min_value=1, error_messages=_LIMIT_MESSAGES, help_text="The first so many rows."
    )
    depths = serializers.BooleanField(default=False, help_text="For json: objects with `depth` and `frame`.")

    def validate_colormap(self, name: str) -> str:
        """Raises ValidationError with names that are near."""
        try:
            colormaps.colormap(name)
        except colormaps.ColormapUnknown as unknown:
            raise serializers.ValidationError(str(unknown)) from unknown
        return name

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What does not go together."""
        faults = {}
        low, high = attrs["depth_min"], attrs["depth_max"]
        if low > high:
            faults["depth_min"] = f"depth_min {low:.15g} is above depth_max {high:.15g}. Give the smaller depth first."
        if attrs["vmin"] >= attrs["vmax"]:
            faults["vmin"] = f"vmin {attrs['vmin']} is not below vmax {attrs['vmax']}. Give a smaller one."
        if faults:
            raise serializers.ValidationError(faults)
        return attrs


def asked_of(parameters: QueryDict | Mapping[str, str]) -> Asked:
    """Raises ValidationError with all that is wrong, by parameter."""
    form = FramesAskedSerializer(data=parameters)
    names = (*form.fields, "format")
    if isinstance(parameters, QueryDict) and (twice := [name for name in names if len(parameters.getlist(name)) > 1]):
        raise serializers.ValidationError({name: f"{name} is given more than once. Give it once." for name in twice})
    form.is_valid(raise_exception=True)
    return Asked(**form.validated_data)


def scan_meant(user: "User | AnonymousUser", pk: UUID | None) -> DepthScan | None:
    """The scan with that id; without one, the only one that the user has with rows in it, None where there is none.

    Raises Http404, and DomainError where there are several.
    """
    own = DepthScan.objects.visible_to(user)
    if pk is not None:
        return get_object_or_404(own, pk=pk)
    found = list(own.filter(row_count__gt=0)[: _SCANS_NAMED + 1])
    if len(found) > 1:
        named = "; ".join(f"{scan.name}: {scan.pk}" for scan in found[:_SCANS_NAMED])
        more = " `/api/depth-scans/` lists the others." if len(found) > _SCANS_NAMED else ""
        message = f"You have several scans. Name one of them in scan: {named}.{more}"
        raise DomainError.on_field("scan", "scan_needed", message)
    return found[0] if found else None
