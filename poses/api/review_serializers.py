"""How the review looks in JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from poses.models import Photo, Pose, PoseRevision
from poses.selectors.days import DAY_VALIDATORS
from poses.selectors.review import AssignedFilter, ConfidenceBand, ReviewFilter, ReviewOrder
from poses.services.review_steps import Action


class ReviewerSerializer(serializers.Serializer[User]):
    """A person; the name is the address where none is given."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="get_full_name")


class ReviewSerializer(serializers.Serializer[Pose]):
    """How a pose stands in the review."""

    id = serializers.UUIDField(help_text="The pose's.")
    photo = serializers.UUIDField(source="photo_id")
    photo_name = serializers.CharField(source="photo.original_name")
    person = serializers.IntegerField(help_text="Counted from 0 on each photo.")
    revision = serializers.IntegerField(source="current.number")
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the name is the API's, and DRF's own attribute
        source="current.source", choices=PoseRevision.Source.choices
    )
    score = serializers.FloatField(help_text="Mean visibility, 0 to 1.")
    mirror_disagreement = serializers.FloatField(
        allow_null=True, help_text="In shares of the body's size; null: not checked by mirror."
    )
    review_status = serializers.ChoiceField(choices=Pose.Review.choices)
    review_reason = serializers.CharField(help_text="Why it was rejected.")
    review_comment = serializers.CharField()
    assigned_to = ReviewerSerializer(allow_null=True)
    reviewed_by = ReviewerSerializer(allow_null=True)
    reviewed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ReviewQuerySerializer(serializers.Serializer[Any]):
    """Which poses, and in which order; in the address."""

    status = serializers.ChoiceField(choices=Pose.Review.choices, default=Pose.Review.NEEDS_REVIEW)
    order = serializers.ChoiceField(
        choices=[order.value for order in ReviewOrder],
        default=ReviewOrder.LEAST_SURE.value,
        help_text="Lowest mean visibility, largest mirror disagreement (only of checked poses), or oldest first.",
    )
    q = serializers.CharField(required=False, max_length=200, help_text="A part of the photo's name.")
    assigned = serializers.ChoiceField(required=False, choices=[choice.value for choice in AssignedFilter])
    band = serializers.ChoiceField(
        required=False,
        choices=[band.value for band in ConfidenceBand],
        help_text="Mean visibility below 50 %, up to 80 %, or from there on.",
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the name is the API's, and DRF's own attribute
        required=False, choices=Photo.Source.choices
    )
    edited = serializers.BooleanField(default=False, help_text="Only poses that a person has edited.")
    several = serializers.BooleanField(default=False, help_text="Only on photos of several people.")
    since = serializers.DateField(required=False, validators=DAY_VALIDATORS, help_text="Found on this day or later.")
    until = serializers.DateField(required=False, validators=DAY_VALIDATORS, help_text="Found on this day or earlier.")

    @property
    def wanted(self) -> ReviewFilter:
        """What was asked for; the query must be valid."""
        given = self.validated_data
        return ReviewFilter(
            status=Pose.Review(given["status"]),
            order=ReviewOrder(given["order"]),
            search=given.get("q", ""),
            assigned=AssignedFilter(given["assigned"]) if "assigned" in given else None,
            band=ConfidenceBand(given["band"]) if "band" in given else None,
            source=Photo.Source(given["source"]) if "source" in given else None,
            is_edited=given["edited"],
            is_of_several=given["several"],
            since=given.get("since"),
            until=given.get("until"),
        )


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string", "format": "email"}], "nullable": True})
class PersonField(serializers.Field[Any, Any, Any, Any]):
    """A user's id or e-mail address."""

    default_error_messages = {"invalid": "Give a user's id or e-mail address, or null for nobody."}

    def to_internal_value(self, data: Any) -> int | str:
        """As it was given."""
        if isinstance(data, bool) or not isinstance(data, int | str) or not _can_be_stored(str(data)):
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        """The same."""
        return value


def _can_be_stored(text: str) -> bool:
    """JSON can write half of a character, and databases know none."""
    return "\0" not in text and text.isprintable()


class ReviewActionSerializer(serializers.Serializer[Any]):
    """What to do to a pose."""

    action = serializers.ChoiceField(choices=[action.value for action in Action])
    reason = serializers.CharField(required=False, allow_blank=True, help_text="Why it is rejected; for `reject`.")
    comment = serializers.CharField(
        required=False, allow_blank=True, help_text="For `comment` (empty removes it), and with every step."
    )
    expected_comment = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="The comment that is replaced; 409 where the pose has another. Without it none is asked for.",
    )
    assigned_to = PersonField(
        required=False,
        allow_null=True,
        help_text="For `assign`; null: nobody. Who may edit or approve only their own poses: themselves or nobody.",
    )
    revision = serializers.IntegerField(
        required=False,
        min_value=1,
        help_text="The revision that was looked at; `approve` and `reject` answer 409 where the pose has another. "
        "Without it whichever is current is judged.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What an action cannot do without is there."""
        needed = {Action.ASSIGN: "assigned_to", Action.COMMENT: "comment"}.get(attrs["action"])
        if needed is not None and needed not in attrs:
            raise serializers.ValidationError({needed: "This field is required."})
        return attrs
