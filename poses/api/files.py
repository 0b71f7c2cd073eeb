"""`/api/photos/<id>/…`: the photo's bytes, and pictures and tables made of it."""

from http import HTTPStatus

from django.db.models import QuerySet
from rest_framework.request import Request

from core.api.files import FileView, binary
from core.errors import DomainError
from poses.models import Photo
from poses.services import renditions
from poses.services.renditions import Rendition


class PhotoFileView(FileView):
    """A file of a photo that the caller may see."""

    def objects(self, request: Request) -> QuerySet[Photo]:
        """The photos to look among."""
        return Photo.objects.visible_to(request.user)


def may_not_export() -> DomainError:
    """What is answered to those who see keypoints and may not take them along."""
    message = "Only the photo's owner, and those who may export keypoints, may download this table."
    return DomainError("export_not_allowed", message, status=HTTPStatus.FORBIDDEN)


class ImageView(PhotoFileView):
    """The upload as it came."""

    is_unchanging = True
    rendition = staticmethod(renditions.original)
    get = binary("The photo as uploaded", "image/*")(PhotoFileView.get)


class DisplayView(PhotoFileView):
    """The photo upright and in a format that browsers show."""

    is_unchanging = True
    rendition = staticmethod(renditions.display)
    get = binary("The photo for a browser, upright", "image/*", 409)(PhotoFileView.get)


class ThumbnailView(PhotoFileView):
    """The thumbnail."""

    is_unchanging = True
    rendition = staticmethod(renditions.thumbnail)
    get = binary("A small JPEG without metadata", "image/jpeg")(PhotoFileView.get)


class _PoseFileView(PhotoFileView):
    """What is made from the poses changes with every edit."""

    def objects(self, request: Request) -> QuerySet[Photo]:
        """With poses."""
        return Photo.objects.visible_to(request.user).with_poses()


class OverlaySvgView(_PoseFileView):
    """The skeletons as SVG."""

    rendition = staticmethod(renditions.overlay_svg)
    get = binary("The skeletons as SVG, one group a person", "image/svg+xml")(_PoseFileView.get)


class OverlayPngView(_PoseFileView):
    """The photo with the skeletons burned in."""

    rendition = staticmethod(renditions.overlay_png)
    get = binary("The photo with skeletons, PNG", "image/png", 409)(_PoseFileView.get)


class OverlayJpegView(_PoseFileView):
    """The photo with the skeletons burned in."""

    rendition = staticmethod(renditions.overlay_jpeg)
    get = binary("The photo with skeletons, JPEG", "image/jpeg", 409)(_PoseFileView.get)


class KeypointsCsvView(_PoseFileView):
    """The keypoints as a table, one row a point."""

    get = binary("Keypoints as CSV, one row a point", "text/csv", 403)(_PoseFileView.get)

    def rendition(self, photo: Photo, /) -> Rendition:
        """For the photo's owner, and for those who may export."""
        if not Photo.objects.filter(pk=photo.pk).exportable_by(self.request.user).exists():
            raise may_not_export()
        return renditions.keypoints_csv(photo)
