"""How revisions look in JSON, and what bringing one back takes."""

from typing import Any

from rest_framework import serializers

from poses.engine import landmarks
from poses.models import PoseRevision

from .serializers import (
    StoredBoxField,
    StoredExtraKeypointsField,
    StoredKeypointsField,
    expected_revision_field,
    reason_field,
)

_POINTS = len(landmarks.NAMES) + len(landmarks.EXTRA_NAMES)


class RevisionSummarySerializer(serializers.Serializer[PoseRevision]):
    """A revision in a list."""

    number = serializers.IntegerField(help_text="Counted from 1 on each pose.")
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the name is the API's, and DRF's own attribute
        choices=PoseRevision.Source.choices
    )
    is_current = serializers.BooleanField()
    editor = serializers.CharField(allow_null=True, help_text="Who made it; null for a model's.")
    client = serializers.ChoiceField(choices=PoseRevision.Client.choices, allow_blank=True)
    reason = serializers.CharField()
    began_from = serializers.IntegerField(allow_null=True, help_text="Number of the revision that it changed.")
    restored_from = serializers.IntegerField(allow_null=True, help_text="Number of the one that it brought back.")
    points_moved = serializers.IntegerField(allow_null=True)
    mean_moved_px = serializers.FloatField(allow_null=True, help_text="Over the points moved, in the photo's pixels.")
    states_changed = serializers.IntegerField(allow_null=True, help_text="Points whose state alone changed.")
    score = serializers.FloatField(help_text="Mean visibility, 0 to 1.")
    created_at = serializers.DateTimeField()

    def to_representation(self, instance: PoseRevision) -> dict[str, Any]:
        """By hand, as a pose is; read it with its editor, and with its pose."""
        return {
            "number": instance.number,
            "source": instance.source,
            "is_current": instance.pk == instance.pose.current_id,
            "editor": instance.editor.get_full_name() if instance.editor else None,
            "client": instance.client,
            "reason": instance.reason,
            "began_from": instance.began_from,
            "restored_from": instance.restored_from,
            "points_moved": instance.points_moved,
            "mean_moved_px": instance.mean_moved_px,
            "states_changed": instance.states_changed,
            "score": instance.score,
            "created_at": instance.created_at,
        }


class RevisionSerializer(RevisionSummarySerializer):
    """A revision with its keypoints."""

    keypoints = StoredKeypointsField()
    extra_keypoints = StoredExtraKeypointsField()
    world_keypoints = StoredKeypointsField()
    box = StoredBoxField()

    def to_representation(self, instance: PoseRevision) -> dict[str, Any]:
        """The summary and the points."""
        return {
            **super().to_representation(instance),
            "keypoints": instance.keypoints,
            "extra_keypoints": instance.extra_keypoints,
            "world_keypoints": instance.world_keypoints,
            "box": instance.box,
        }


class RestoreSerializer(serializers.Serializer[Any]):
    """Which revision to bring back, whole or the named points of it."""

    revision = serializers.IntegerField()
    points = serializers.ListField(
        child=serializers.CharField(), required=False, min_length=1, max_length=_POINTS, help_text="All, without it."
    )
    expected_revision = expected_revision_field()
    reason = reason_field()
