"""How deliveries look in JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from batches.models import Delivery, DeliveryTry
from batches.services.webhooks import PREVIOUS_VALID_FOR
from poses.api.serializers import DetectionErrorSerializer

_PREVIOUS_HOURS = PREVIOUS_VALID_FOR.total_seconds() / 3600
_MAX_URL = 2048


class SecretStateSerializer(serializers.Serializer[Any]):
    """Whether there is a secret."""

    has_secret = serializers.BooleanField()
    rotated_at = serializers.DateTimeField(allow_null=True, help_text="When it was made.")
    previous_valid_until = serializers.DateTimeField(
        allow_null=True, help_text=f"Until then, {_PREVIOUS_HOURS:.0f} hours, the one before it signs, too."
    )


class NewSecretSerializer(SecretStateSerializer):
    """The secret itself; it is never shown again."""

    secret = serializers.CharField(help_text="`whsec_` and 32 bytes in base64.")


class PingSerializer(serializers.Serializer[Any]):
    """Where to send a ping."""

    url = serializers.CharField(max_length=_MAX_URL)


class DeliveryFilterSerializer(serializers.Serializer[Any]):
    """Which deliveries; in the address."""

    batch = serializers.UUIDField(required=False, help_text="Only those of this batch.")


class DeliverySerializer(serializers.Serializer[Delivery]):
    """A webhook or an e-mail; read it with its last try."""

    id = serializers.UUIDField(help_text="`webhook-id` is `msg_` and this without hyphens.")
    event = serializers.ChoiceField(choices=Delivery.Event.choices)
    channel = serializers.ChoiceField(choices=Delivery.Channel.choices)
    target = serializers.CharField(help_text="URL or e-mail address.")
    batch = serializers.UUIDField(source="batch_id", allow_null=True, help_text="null: a ping.")
    run = serializers.IntegerField(help_text="Of the batch.")
    status = serializers.ChoiceField(
        choices=Delivery.Status.choices, help_text="`held`: the last try failed, and the next is at `due_at`."
    )
    error = serializers.SerializerMethodField(help_text="Of the last try.")
    tries = serializers.IntegerField(help_text="Since it was last sent by hand.")
    due_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(DetectionErrorSerializer(allow_null=True))
    def get_error(self, delivery: Any) -> dict[str, str] | None:
        """Null where it went well, or was not tried yet."""
        return _error(delivery.last_error_code, delivery.last_error_message)


class DeliveryTrySerializer(serializers.Serializer[DeliveryTry]):
    """One try."""

    at = serializers.DateTimeField()
    milliseconds = serializers.IntegerField(allow_null=True)
    http_status = serializers.IntegerField(allow_null=True)
    error = serializers.SerializerMethodField()

    @extend_schema_field(DetectionErrorSerializer(allow_null=True))
    def get_error(self, one: DeliveryTry) -> dict[str, str] | None:
        """Null where it arrived."""
        return _error(one.error_code, one.error_message)


class DeliveryWithTriesSerializer(DeliverySerializer):
    """One delivery with its latest tries, the newest first, and what it tells."""

    body = serializers.JSONField()
    log = DeliveryTrySerializer(many=True, source="shown_log")


def _error(code: str | None, message: str | None) -> dict[str, str] | None:
    return {"code": code, "message": message or ""} if code else None
