"""`/api/storage/events/`: what the bucket tells of itself, as MinIO, Ceph's gateway and AWS write it."""

import base64
import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.crypto import constant_time_compare
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parsers import BoundedJSONParser
from core.api.schema import refusals
from poses.models import Arrival
from poses.services.arriving import BucketEvent, Taken, take_events

logger = logging.getLogger(__name__)

_MOST_RECORDS = 100
# New content; not what else MinIO calls created, such as tags.
_CREATED = frozenset(f"ObjectCreated:{how}" for how in ("Put", "Post", "Copy", "CompleteMultipartUpload"))
_CEPH = "ceph:"


class AnyJSONParser(BoundedJSONParser):
    """JSON under whatever content type a bucket declares it."""

    media_type = "*/*"


class EventObjectSerializer(serializers.Serializer[Any]):
    """The object. Its size is not looked at: the bucket is asked for it."""

    key = serializers.CharField(max_length=4096, trim_whitespace=False)
    eTag = serializers.CharField(max_length=200, required=False, allow_blank=True)  # noqa: N815  # the bucket's name
    etag = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="As older releases of Ceph write it."
    )
    sequencer = serializers.CharField(max_length=200, required=False, allow_blank=True)


class EventBucketSerializer(serializers.Serializer[Any]):
    """The bucket."""

    name = serializers.CharField(max_length=255)


class EventS3Serializer(serializers.Serializer[Any]):
    """Which object in which bucket."""

    bucket = EventBucketSerializer()
    object = EventObjectSerializer()


class EventRecordSerializer(serializers.Serializer[Any]):
    """One event."""

    eventName = serializers.CharField(max_length=200)  # noqa: N815  # the bucket's name
    eventSource = serializers.CharField(max_length=200, required=False, allow_blank=True)  # noqa: N815
    s3 = EventS3Serializer()


class StorageEventsSerializer(serializers.Serializer[Any]):
    """A notification; only `Records` counts. AWS sends one without when notifications are set up."""

    Records = serializers.ListField(
        child=EventRecordSerializer(), max_length=_MOST_RECORDS, required=False, allow_null=True
    )
    Event = serializers.CharField(max_length=200, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something must have happened."""
        if attrs.get("Records") is None and "Event" not in attrs:
            raise serializers.ValidationError({"Records": ["This is no notification of a bucket: it has no records."]})
        return attrs


class TakenSerializer(serializers.Serializer[Taken]):
    """What came of the records."""

    accepted = serializers.IntegerField(help_text="Uploads that are worked on from now on.")
    ignored = serializers.IntegerField(help_text="Known already, gone already, foreign, or no new object.")


class StorageEventsView(GenericAPIView[Arrival]):
    """For the bucket alone, which has no account but a token."""

    queryset = Arrival.objects.none()
    serializer_class = StorageEventsSerializer
    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (AnyJSONParser,)
    renderer_classes = (JSONRenderer,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """404 unless the site is set up for events, 401 without the right token; nothing else is read before."""
        super().initial(request, *args, **kwargs)
        if not settings.STORAGE_EVENTS_TOKEN:
            raise Http404
        if not constant_time_compare(_token(request), settings.STORAGE_EVENTS_TOKEN):
            logger.warning("forged bucket event: no token, or a wrong one")
            raise NotAuthenticated

    def get_authenticate_header(self, request: HttpRequest | Request) -> str:
        """Without it DRF would answer 403 where 401 is meant."""
        return 'Bearer realm="storage events"'

    @extend_schema(
        summary="Tell of objects in the bucket",
        description="For the notifications of MinIO, Ceph and AWS, with STORAGE_EVENTS_TOKEN as bearer token. A known "
        "event is ignored. 404 where no record is of this site's bucket and an active user's folder.",
        auth=[],
        request=StorageEventsSerializer,
        responses={202: TakenSerializer, **refusals(400, 401, 404, 409, 413, 503)},
    )
    def post(self, request: Request) -> Response:
        """POST the notification."""
        form = StorageEventsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        records = form.validated_data.get("Records") or []
        events = [_event(record) for record in records if record["eventName"].removeprefix("s3:") in _CREATED]
        taken = take_events(events)
        answer = Taken(accepted=taken.accepted, ignored=len(records) - taken.accepted)
        return Response(TakenSerializer(answer).data, status=HTTPStatus.ACCEPTED)


def _event(record: dict[str, Any]) -> BucketEvent:
    entry = record["s3"]["object"]
    # Ceph writes keys as they are, all others as in a form.
    is_plain = record.get("eventSource", "").startswith(_CEPH)
    return BucketEvent(
        bucket=record["s3"]["bucket"]["name"],
        key=entry["key"] if is_plain else unquote_plus(entry["key"]),
        etag=(entry.get("eTag") or entry.get("etag") or "").strip('"'),
        sequencer=entry.get("sequencer", ""),
    )


def _token(request: Request) -> str:
    """The bearer token; or a password, which is all that Ceph can send, from the userinfo of the topic's URL."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(given, validate=True).decode().partition(":")[2]
        except ValueError:  # no Base64, or no text in it
            return ""
    return ""
