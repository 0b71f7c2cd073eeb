"""`/api/webhooks/`: the secret, pings, and what was sent."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from batches.models import Delivery
from batches.selectors.deliveries import log_of, with_last_try
from batches.services import deliveries, webhooks
from core.api.schema import refusals

from .webhook_serializers import (
    DeliveryFilterSerializer,
    DeliverySerializer,
    DeliveryWithTriesSerializer,
    NewSecretSerializer,
    PingSerializer,
    SecretStateSerializer,
)

if TYPE_CHECKING:
    from accounts.models import User


class SecretView(APIView):
    """What the caller's webhooks are signed with."""

    @extend_schema(summary="Read when the webhook secret was made", responses={200: SecretStateSerializer})
    def get(self, request: Request) -> Response:
        """Never the secret itself."""
        return Response(SecretStateSerializer(_state(_user(request))).data)

    @extend_schema(
        summary="Make a webhook secret, or a new one",
        description="Answers the secret, this once. The one before it signs for another day, beside the new one.",
        request=None,
        responses={
            200: OpenApiResponse(NewSecretSerializer, "A new one in the place of another."),
            201: OpenApiResponse(NewSecretSerializer, "The first one."),
        },
    )
    def post(self, request: Request) -> Response:
        """POST nothing."""
        user = _user(request)
        had_secret = _state(user)["has_secret"]
        secret = webhooks.rotate_secret(user=user, now=timezone.now())
        return Response(
            NewSecretSerializer({**_state(user), "secret": secret}).data,
            status=HTTPStatus.OK if had_secret else HTTPStatus.CREATED,
            headers={"Cache-Control": "no-store"},
        )


class PingView(APIView):
    """Whether a webhook would arrive."""

    @extend_schema(
        summary="Send a ping",
        description="Queues a signed webhook of the type `ping`, which is tried once. One at a time: 409 `busy`.",
        request=PingSerializer,
        responses={
            202: OpenApiResponse(DeliverySerializer, "Queued; GET the address in `Location` for what comes of it."),
            **refusals(400, 409),
        },
    )
    def post(self, request: Request) -> Response:
        """POST a URL."""
        form = PingSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        delivery = deliveries.ping(owner=_user(request), url=form.validated_data["url"])
        return _queued(request, delivery)


@extend_schema_view(
    get=extend_schema(
        summary="List webhooks and e-mails",
        description="Newest first.",
        parameters=[DeliveryFilterSerializer],
        responses={200: DeliverySerializer(many=True), **refusals(400)},
    )
)
class DeliveryListView(generics.ListAPIView[Delivery]):
    """What the caller was told of batches, or is to be told."""

    serializer_class = DeliverySerializer
    queryset = Delivery.objects.none()

    def get_queryset(self) -> QuerySet[Delivery]:
        """The caller's own; of one batch where that is asked for."""
        form = DeliveryFilterSerializer(data=self.request.query_params)
        form.is_valid(raise_exception=True)
        found = Delivery.objects.visible_to(_user(self.request))
        if "batch" in form.validated_data:
            found = found.filter(batch=form.validated_data["batch"])
        return with_last_try(found)


class DeliveryView(APIView):
    """One webhook or e-mail."""

    @extend_schema(
        summary="Read a webhook or e-mail",
        description="With what it tells and its latest tries.",
        responses={200: DeliveryWithTriesSerializer, **refusals(404)},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """One of the caller's own."""
        delivery: Any = _delivery(request, pk)
        delivery.shown_log = log_of(delivery)
        return Response(DeliveryWithTriesSerializer(delivery).data)


class ResendView(APIView):
    """Another try by hand."""

    @extend_schema(
        summary="Resend a webhook or e-mail",
        description="Under the same id, now and by the whole schedule, whether it has arrived or not. 409: `busy` "
        "while it is queued or being sent, `resent_lately` for an e-mail that was tried less than a minute ago.",
        request=None,
        responses={202: OpenApiResponse(DeliverySerializer, "Queued."), **refusals(404, 409)},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """POST nothing."""
        delivery = _delivery(request, pk)
        deliveries.resend(delivery=delivery, actor=_user(request))
        return _queued(request, delivery)


def _user(request: Request) -> "User":
    return cast("User", request.user)


def _state(user: "User") -> dict[str, Any]:
    state = webhooks.state_of_secret(user.pk, now=timezone.now())
    return {
        "has_secret": state is not None,
        "rotated_at": state and state.rotated_at,
        "previous_valid_until": state and state.previous_valid_until,
    }


def _delivery(request: Request, pk: UUID) -> Delivery:
    return get_object_or_404(with_last_try(Delivery.objects.visible_to(_user(request))), pk=pk)


def _queued(request: Request, delivery: Delivery) -> Response:
    answer = DeliverySerializer(_delivery(request, delivery.pk)).data
    url = reverse("delivery-detail", args=[delivery.pk])
    return Response(answer, status=HTTPStatus.ACCEPTED, headers={"Location": url})
