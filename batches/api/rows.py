"""`/api/batches/<id>/rows/`: the rows of the CSV with what became of their images."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.http import urlencode
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from batches.models import Batch
from batches.selectors.rows import rows_after
from core.api.schema import refusals

from .batches import base_url_of
from .row_serializers import BatchRowPageSerializer, BatchRowSerializer, RowsAskedSerializer


class BatchRowsView(APIView):
    """Rows by number."""

    @extend_schema(
        summary="List a batch's rows with their images",
        parameters=[RowsAskedSerializer],
        responses={200: BatchRowPageSerializer, **refusals(400, 404)},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Some of them, in the CSV's order."""
        batch = get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
        form = RowsAskedSerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        page = rows_after(batch, **asked)
        base_url = base_url_of(request)
        following = None
        if page.after is not None:
            following = f"{base_url}{request.path}?{urlencode({**asked, 'after': page.after})}"
        row = BatchRowSerializer(context={"base_url": base_url, "batch": batch})
        return Response({"next": following, "results": [row.to_representation(found) for found in page.rows]})
