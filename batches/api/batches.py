"""`/api/batches/`: take a CSV in, list, read, start, pause, resume, cancel, retry, delete."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from batches.models import Batch
from batches.services import stages
from batches.services.creating import create_batch
from core.api.schema import refusals
from core.errors import DomainError

from .serializers import BatchSerializer, BatchSummarySerializer, CsvErrorSerializer, NewBatchSerializer

if TYPE_CHECKING:
    from accounts.models import User

F = TypeVar("F", bound=Callable[..., Any])

_KEY = "Idempotency-Key"
_KEY_LENGTH = 255
_SERIALIZERS: dict[str, type[Serializer[Any]]] = {"list": BatchSummarySerializer, "create": NewBatchSerializer}


def _step(summary: str, description: str) -> Callable[[F], F]:
    """Describes one of the steps for the schema."""
    responses = {200: BatchSerializer, **refusals(404, 409)}
    return extend_schema(summary=summary, description=description, request=None, responses=responses)


@extend_schema_view(
    list=extend_schema(summary="List batches", description="Newest first, without progress."),
    retrieve=extend_schema(summary="Read a batch with its progress"),
)
class BatchViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Batch]):
    """The caller's own batches."""

    queryset = Batch.objects.none()
    serializer_class = BatchSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Batch]:
        """The caller's own."""
        return Batch.objects.visible_to(self.request.user)

    def get_serializer_class(self) -> type[Serializer[Any]]:
        """What an action takes, for the forms on its page; what it answers, where it takes nothing."""
        return _SERIALIZERS.get(self.action, BatchSerializer)

    def get_serializer_context(self) -> dict[str, Any]:
        """With the site's address as the caller reached it."""
        return {**super().get_serializer_context(), "base_url": base_url_of(self.request)}

    def get_parsers(self) -> list[BaseParser]:
        """Uploads are multipart and nothing else."""
        is_upload = self.request is not None and self.request.method == "POST" and not self.detail
        return [MultiPartParser()] if is_upload else super().get_parsers()

    @extend_schema(
        summary="Take a CSV of image URLs in",
        description="Every row is checked before any is stored. The work begins at once and goes on in the background; "
        "with `dry_run` three rows are tried, and `start/` begins it. A request that is sent again under its "
        "Idempotency-Key is answered with 200 and the batch that it made.",
        parameters=[
            OpenApiParameter(_KEY, str, OpenApiParameter.HEADER, description=f"Up to {_KEY_LENGTH} printable letters.")
        ],
        request={"multipart/form-data": NewBatchSerializer},
        responses={
            201: BatchSerializer,
            200: OpenApiResponse(BatchSerializer, "Made before, under this Idempotency-Key."),
            **refusals(413, 422, 503, 507),
            400: OpenApiResponse(CsvErrorSerializer, "Refused, with all that is wrong; nothing is stored."),
        },
    )
    def create(self, request: Request) -> Response:
        """POST multipart."""
        key = _idempotency_key(request)
        form = NewBatchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        file = form.validated_data["file"]
        created = create_batch(
            owner=cast("User", request.user),
            stream=file,
            name=file.name,
            options=form.batch_options(base_url=base_url_of(request)),
            is_started=not form.validated_data["dry_run"],
            idempotency_key=key,
        )
        status = HTTPStatus.CREATED if created.is_new else HTTPStatus.OK
        location = reverse("batch-detail", args=[created.batch.pk])
        return self._answer(created.batch, status=status, headers={"Location": location})

    @extend_schema(
        summary="Delete a batch",
        description="With its rows, results and compressed images; also while it runs: what is under way then ends by "
        "itself. Photos stay.",
        responses={204: None, **refusals(404)},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """DELETE."""
        stages.delete(self.get_object())
        return Response(status=HTTPStatus.NO_CONTENT)

    @_step("Start a draft", "409 where it was started already.")
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """POST."""
        return self._stepped(stages.start)

    @_step("Pause a batch", "No further image is begun until it is resumed. 409 unless it runs.")
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """POST."""
        return self._stepped(stages.pause)

    @_step("Resume a batch", "409 unless it is paused.")
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """POST."""
        return self._stepped(stages.resume)

    @_step(
        "Cancel a batch",
        "Images that were not begun fail as `cancelled`; the results of the others are written. 409 unless it runs or "
        "is paused.",
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """POST."""
        return self._stepped(stages.cancel)

    @_step(
        "Retry what has failed",
        "Images that have failed are begun anew, and the results are written again. 409 where none has, or where the "
        "batch is a draft or paused.",
    )
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """POST."""
        return self._stepped(stages.retry_failed)

    def _stepped(self, step: Callable[[Batch], object]) -> Response:
        batch = self.get_object()
        step(batch)
        batch.refresh_from_db()
        return self._answer(batch)

    def _answer(self, batch: Batch, **kwargs: Any) -> Response:
        return Response(BatchSerializer(batch, context=self.get_serializer_context()).data, **kwargs)


def base_url_of(request: Request) -> str:
    """The site's own address as the caller reached it, without a slash at its end."""
    return request.build_absolute_uri("/")[:-1]


def _idempotency_key(request: Request) -> str:
    """The header's value, empty without one. Raises DomainError where it is none that could be kept."""
    key = request.headers.get(_KEY)
    if key is None:
        return ""
    if not (0 < len(key) <= _KEY_LENGTH and key.isascii() and key.isprintable()):
        message = f"An {_KEY} has 1 to {_KEY_LENGTH} printable ASCII characters."
        raise DomainError.on_field(_KEY, "idempotency_key_invalid", message)
    return key
