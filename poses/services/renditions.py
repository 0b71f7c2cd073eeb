"""A photo's stored files, and pictures and tables made from it on request."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from django.db.models.fields.files import FieldFile
from PIL import Image

from poses.engine import draw
from poses.formats import csv_long
from poses.models import Photo, Pose

from . import photo_files, pictures
from .photo_files import Pieces

_DISPLAY_QUALITY = 90


@dataclass(frozen=True, slots=True)
class Rendition:
    """What to send: the bytes, or a `link` to where they are; `filename` is safe in a header."""

    content: bytes | Pieces
    content_type: str
    filename: str
    link: str | None = None


def stored(file: FieldFile, content_type: str, filename: str) -> Rendition:
    """Any stored file, or a link to it. Raises FileNotFoundError, StorageUnavailable."""
    link = photo_files.link(file, content_type=content_type, filename=filename)
    content = photo_files.streamed(file) if link is None else b""
    return Rendition(content, content_type, filename, link)


def original(photo: Photo) -> Rendition:
    """The upload as it came. Raises FileNotFoundError where it is gone; what is made from it raises Conflict."""
    return stored(photo.file, photo.content_type, f"{photo.id}{PurePath(str(photo.file)).suffix}")


def display(photo: Photo) -> Rendition:
    """The upload itself where browsers show it upright, else a JPEG of its pixels."""
    if photo.is_displayable:
        return original(photo)
    target = io.BytesIO()
    with pictures.turn():
        _picture(photo).save(target, "JPEG", quality=_DISPLAY_QUALITY)
    return Rendition(target.getvalue(), "image/jpeg", f"{photo.id}.jpg")


def thumbnail(photo: Photo) -> Rendition:
    """The small JPEG that was made at upload."""
    return stored(photo.thumbnail, "image/jpeg", f"{photo.id}.thumbnail.jpg")


def overlay_svg(photo: Photo) -> Rendition:
    """The skeletons alone, in the photo's pixels."""
    people = [pose.current.points for pose in photo.people]
    svg = draw.skeleton_svg(people, width=photo.width, height=photo.height)
    return Rendition(svg.encode(), "image/svg+xml", f"{photo.id}.overlay.svg")


def overlay_png(photo: Photo) -> Rendition:
    """The photo with the skeletons, without loss."""
    return _burned_in(photo, "PNG", "image/png", "png")


def overlay_jpeg(photo: Photo) -> Rendition:
    """The photo with the skeletons, small."""
    return _burned_in(photo, "JPEG", "image/jpeg", "jpg")


def keypoints_csv(photo: Photo) -> Rendition:
    """One row a keypoint."""
    return _csv([_photo_rows(photo, photo.people)], f"{photo.id}.keypoints.csv")


def poses_csv(poses: Iterable[Pose]) -> Rendition:
    """The same of poses on any photos, photo by photo in the order given; read them with their current revision."""
    by_photo: dict[Photo, list[Pose]] = {}
    for pose in poses:
        by_photo.setdefault(pose.photo, []).append(pose)
    return _csv([_photo_rows(photo, people) for photo, people in by_photo.items()], "keypoints.csv")


def _csv(photos: Iterable[csv_long.PhotoRows], filename: str) -> Rendition:
    return Rendition(csv_long.write(photos).encode(), "text/csv; charset=utf-8", filename)


def _photo_rows(photo: Photo, people: Iterable[Pose]) -> csv_long.PhotoRows:
    rows = [_person_rows(pose) for pose in people]
    return csv_long.PhotoRows(str(photo.id), photo.width, photo.height, rows)


def _person_rows(pose: Pose) -> csv_long.PersonRows:
    version = pose.current.version
    return csv_long.PersonRows(pose.person, pose.current.source, version.keypoints, version.extras)


def _burned_in(photo: Photo, format_name: str, content_type: str, extension: str) -> Rendition:
    people = [pose.current.points for pose in photo.people]
    with pictures.turn():
        content = draw.burned_in(_picture(photo), people, format_name=format_name)
    return Rendition(content, content_type, f"{photo.id}.overlay.{extension}")


def _picture(photo: Photo) -> Image.Image:
    """Every pixel of the upright photo, and nothing but pixels."""
    return Image.fromarray(pictures.decoded_file(photo, target_side=None).pixels)
