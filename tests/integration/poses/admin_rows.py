"""Rows for the admin's tests."""

import io

from django.contrib.auth.models import Permission

from accounts.models import User
from poses.models import Photo
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo
from tests.conftest import jpeg

PHOTOS = "/admin/poses/photo/"
POSES = "/admin/poses/pose/"
REVISIONS = "/admin/poses/poserevision/"
DETECTIONS = "/admin/poses/detection/"
LOG = "/admin/poses/logentry/"


def uploaded(owner: User, number: int = 0, *, name: str = "") -> Photo:
    """A photo of its own bytes, with whom the detector in place finds on it."""
    content = jpeg(64 + number, 48)
    return upload_photo(
        owner=owner,
        stream=io.BytesIO(content),
        name=name or f"photo-{number}.jpg",
        source=Photo.Source.WEB,
        options=DetectionOptions.given(),
    ).photo


def staff_with(make_user, *codenames: str) -> User:
    """A staff member who may do just this."""
    member = make_user("staff@example.org", is_staff=True)
    permissions = Permission.objects.filter(content_type__app_label="poses", codename__in=codenames)
    assert len(permissions) == len(codenames)
    member.user_permissions.set(permissions)
    return member
