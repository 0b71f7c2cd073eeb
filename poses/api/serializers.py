"""How photos, poses and the log look in JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.schema import ErrorSerializer
from poses.engine import landmarks
from poses.engine.decode import MAX_BYTES
from poses.engine.detector import MAX_PEOPLE, MIN_PEOPLE
from poses.engine.people import KeypointState
from poses.models import Detection, LogEntry, Photo, Pose, PoseRevision
from poses.services.options import DetectionOptions

_STATES = tuple(state.value for state in KeypointState)
_REASON_LENGTH = 300


class KeypointSerializer(serializers.Serializer[Any]):
    """One of the 33 keypoints: x and y in shares of the upright photo's width and height, z about the scale of x."""

    name = serializers.CharField()
    x = serializers.FloatField()
    y = serializers.FloatField()
    z = serializers.FloatField()
    visibility = serializers.FloatField(min_value=0, max_value=1)
    presence = serializers.FloatField(min_value=0, max_value=1)
    state = serializers.ChoiceField(
        choices=_STATES, required=False, help_text="Only where a person marked it; else it follows from the numbers."
    )


class ExtraKeypointSerializer(serializers.Serializer[Any]):
    """An extra landmark that a person placed: x and y in shares of the upright photo's width and height."""

    name = serializers.ChoiceField(choices=landmarks.EXTRA_NAMES)
    x = serializers.FloatField(min_value=0, max_value=1)
    y = serializers.FloatField(min_value=0, max_value=1)
    state = serializers.ChoiceField(choices=_STATES[:2], default=_STATES[0])


class BoxSerializer(serializers.Serializer[Any]):
    """Top left corner, width and height, in shares of the upright photo's."""

    x = serializers.FloatField()
    y = serializers.FloatField()
    width = serializers.FloatField()
    height = serializers.FloatField()


@extend_schema_field(KeypointSerializer(many=True))
class StoredKeypointsField(serializers.JSONField):
    """Keypoints as they are stored: checked when they came in, passed on untouched."""


@extend_schema_field(ExtraKeypointSerializer(many=True))
class StoredExtraKeypointsField(serializers.JSONField):
    """Extra landmarks as they are stored."""


@extend_schema_field(BoxSerializer())
class StoredBoxField(serializers.JSONField):
    """A box as it is stored."""


class DetectionModelSerializer(serializers.Serializer[Detection]):
    """Which model file and runtime found the pose."""

    name = serializers.CharField(source="model_name")
    sha256 = serializers.CharField(source="model_sha256")
    mediapipe = serializers.CharField(source="mediapipe_version")


class PoseSerializer(serializers.Serializer[Pose]):
    """One person on one photo, with the keypoints of the current revision."""

    id = serializers.UUIDField()
    photo = serializers.UUIDField(source="photo_id")
    person = serializers.IntegerField(help_text="Counted from 0 on each photo.")
    revision = serializers.IntegerField(source="current.number")
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the name is the API's, and DRF's own attribute
        source="current.source", choices=PoseRevision.Source.choices
    )
    keypoints = StoredKeypointsField(source="current.keypoints")
    extra_keypoints = StoredExtraKeypointsField(source="current.extra_keypoints")
    world_keypoints = StoredKeypointsField(source="current.world_keypoints")
    score = serializers.FloatField(source="current.score", help_text="Mean visibility, 0 to 1.")
    box = StoredBoxField(source="current.box")
    model = DetectionModelSerializer(source="detection")
    review_status = serializers.ChoiceField(choices=Pose.Review.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: Pose) -> dict[str, Any]:
        """By hand: DRF copies every field above for every answer, which takes ten times as long."""
        revision, detection = instance.current, instance.detection
        return {
            "id": instance.id,
            "photo": instance.photo_id,
            "person": instance.person,
            "revision": revision.number,
            "source": revision.source,
            "keypoints": revision.keypoints,
            "extra_keypoints": revision.extra_keypoints,
            "world_keypoints": revision.world_keypoints,
            "score": revision.score,
            "box": revision.box,
            "model": {
                "name": detection.model_name,
                "sha256": detection.model_sha256,
                "mediapipe": detection.mediapipe_version,
            },
            "review_status": instance.review_status,
            "created_at": instance.created_at,
            "updated_at": instance.updated_at,
        }


class DetectionErrorSerializer(serializers.Serializer[Any]):
    """Why a failed photo failed."""

    code = serializers.CharField()
    message = serializers.CharField()


class PhotoSummarySerializer(serializers.Serializer[Photo]):
    """A photo in a list."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Photo.Status.choices)
    error = DetectionErrorSerializer(allow_null=True)
    name = serializers.CharField(source="original_name")
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the name is the API's, and DRF's own attribute
        choices=Photo.Source.choices
    )
    notice = serializers.CharField(help_text="What the gate did to the file, such as first_frame_only.")
    width = serializers.IntegerField(help_text="Pixels of the upright photo.")
    height = serializers.IntegerField(help_text="Pixels of the upright photo.")
    size_bytes = serializers.IntegerField()
    content_type = serializers.CharField()
    sha256 = serializers.CharField()
    people_found = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: Photo) -> dict[str, Any]:
        """By hand, as a pose is."""
        has_failed = instance.status == Photo.Status.FAILED
        return {
            "id": instance.id,
            "status": instance.status,
            "error": {"code": instance.error_code, "message": instance.error_message} if has_failed else None,
            "name": instance.original_name,
            "source": instance.source,
            "notice": instance.notice,
            "width": instance.width,
            "height": instance.height,
            "size_bytes": instance.size_bytes,
            "content_type": instance.content_type,
            "sha256": instance.sha256,
            "people_found": instance.people_found,
            "created_at": instance.created_at,
            "updated_at": instance.updated_at,
        }


class PhotoSerializer(PhotoSummarySerializer):
    """A photo with its people."""

    poses = PoseSerializer(many=True, source="people")

    def to_representation(self, instance: Photo) -> dict[str, Any]:
        """The summary and the poses."""
        pose = PoseSerializer()
        return {
            **super().to_representation(instance),
            "poses": [pose.to_representation(person) for person in instance.people],
        }


class DetectionOptionsSerializer(serializers.Serializer[Any]):
    """What a detection is asked for; the site's settings stand in for what is left out."""

    model = serializers.CharField(required=False, max_length=100, help_text="A name from /api/models/.")
    people = serializers.IntegerField(required=False, min_value=MIN_PEOPLE, max_value=MAX_PEOPLE)
    min_confidence = serializers.FloatField(required=False, min_value=0, max_value=1)

    @property
    def options(self) -> DetectionOptions:
        """The validated options."""
        given = {name: self.validated_data.get(name) for name in ("model", "people", "min_confidence")}
        return DetectionOptions.given(**given)


class WaitSerializer(serializers.Serializer[Any]):
    """Whether the answer waits for the detection; in the address, not in the body."""

    wait = serializers.BooleanField(
        default=True, help_text="false: detect in the background and answer 202 at once, with the photo's address."
    )


class UploadSerializer(DetectionOptionsSerializer):
    """A photo to take in."""

    image = serializers.FileField(
        allow_empty_file=True, help_text=f"JPEG, PNG, WebP, AVIF, GIF, BMP, TIFF or HEIC, at most {MAX_BYTES >> 20} MB."
    )
    rerun = serializers.BooleanField(
        default=False, help_text="Detect again where these very bytes have been uploaded before."
    )


def reason_field() -> serializers.CharField:
    """Why somebody changes keypoints."""
    return serializers.CharField(
        required=False, allow_blank=True, max_length=_REASON_LENGTH, help_text="Why, for the history."
    )


def expected_revision_field() -> serializers.IntegerField:
    """What guards an edit against another of the same time."""
    return serializers.IntegerField(
        min_value=1, help_text="The revision that the edit began from; 409 where the pose has a newer one."
    )


class KeypointEditSerializer(serializers.Serializer[Any]):
    """Corrected keypoints. PUT takes all 33, PATCH some of them by name with the fields that change."""

    keypoints = StoredKeypointsField()
    extra_keypoints = StoredExtraKeypointsField(
        required=False, help_text="All that are placed; without it they stay as they are."
    )
    expected_revision = expected_revision_field()
    reason = reason_field()

    def to_representation(self, instance: Pose) -> dict[str, Any]:
        """An edit that changes nothing: what the form on a pose's page begins with."""
        current = instance.current
        return {
            "keypoints": current.keypoints,
            "extra_keypoints": current.extra_keypoints,
            "expected_revision": current.number,
        }


class StaleEditVersionsSerializer(serializers.Serializer[Any]):
    """What to choose from: `mine` is what the edit asked for, `theirs` the current revision, `model` the model's."""

    revision = serializers.IntegerField(help_text="The current revision: the next edit's `expected_revision`.")
    began_from = serializers.IntegerField(help_text="The revision that the edit began from.")
    model_revision = serializers.IntegerField(help_text="The latest that a model found.")
    mine = StoredKeypointsField()
    theirs = StoredKeypointsField()
    model = StoredKeypointsField()
    mine_extras = StoredExtraKeypointsField()
    theirs_extras = StoredExtraKeypointsField()
    model_extras = StoredExtraKeypointsField()


class EditConflictSerializer(ErrorSerializer):
    """A 409 of an edit."""

    conflict = StaleEditVersionsSerializer(required=False, help_text="With `stale_edit` only.")


class LogEntrySerializer(serializers.ModelSerializer[LogEntry]):
    """What happened to a photo."""

    photo = serializers.UUIDField(source="photo_id", allow_null=True)

    class Meta:
        model = LogEntry
        fields = ("id", "created_at", "action", "status", "message", "milliseconds", "photo")


class ModelSerializer(serializers.Serializer[Any]):
    """A pose model that a detection may ask for."""

    name = serializers.CharField()
    sha256 = serializers.CharField()
    mediapipe = serializers.CharField(source="runtime_version")
    is_default = serializers.BooleanField()
