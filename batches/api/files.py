"""`/api/batches/<id>/…` and `/api/batches/outputs/<id>/`: tables, all images, and single ones."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from batches.models import Batch, Output
from batches.services import downloads
from core.api.files import AnyAccept, FileView, as_file, binary, sent

_CSV = "text/csv; charset=utf-8"


class _DownloadView(APIView):
    """Something made of a batch of the caller's own, to be kept as a file."""

    renderer_classes = [JSONRenderer]
    content_negotiation_class = AnyAccept
    extension = ""

    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The bytes, a piece at a time."""
        batch = get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
        try:
            response = self.download(batch)
        except FileNotFoundError as error:
            raise Http404 from error
        return as_file(response, f"{downloads.safe_stem(batch)}.{self.extension}", is_attachment=True)

    def download(self, batch: Batch) -> HttpResponseBase:
        """What to send. Raises FileNotFoundError where it is gone."""
        raise NotImplementedError


@extend_schema_view(get=binary("The output CSV: the input's columns and the results", "text/csv", 409))
class OutputCsvView(_DownloadView):
    """As it was written when the last row was final."""

    extension = "output.csv"

    def download(self, batch: Batch) -> HttpResponseBase:
        """Stored."""
        return sent(downloads.results(batch), _CSV)


@extend_schema_view(get=binary("The rows that failed, with the reasons; can be uploaded again", "text/csv"))
class FailedCsvView(_DownloadView):
    """As they are now."""

    extension = "failed.csv"

    def download(self, batch: Batch) -> HttpResponseBase:
        """Made now."""
        return StreamingHttpResponse(downloads.failed_csv(batch), content_type=_CSV)


@extend_schema_view(get=binary("Every image that came out, as a ZIP", "application/zip"))
class ImagesZipView(_DownloadView):
    """Those that are done by now."""

    extension = "images.zip"

    def download(self, batch: Batch) -> HttpResponseBase:
        """Made now."""
        return StreamingHttpResponse(downloads.images_zip(batch), content_type="application/zip")


class _OutputFileView(FileView):
    """A compressed image of the caller's own."""

    is_unchanging = True

    def objects(self, request: Request) -> QuerySet[Output]:
        """The caller's own."""
        return Output.objects.visible_to(request.user)


class OutputView(_OutputFileView):
    """The image."""

    rendition = staticmethod(downloads.output_image)
    get = binary("A compressed image", "image/*")(FileView.get)


class OutputThumbnailView(_OutputFileView):
    """A small JPEG."""

    rendition = staticmethod(downloads.output_thumbnail)
    get = binary("A compressed image, small where it was made small", "image/*")(FileView.get)
