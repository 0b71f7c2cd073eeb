"""The part of the bucket into which clients upload straight: `uploads/<user>/…`."""

import re
from typing import TYPE_CHECKING
from uuid import UUID

from core.errors import Conflict
from poses.models.photo import photo_storage

if TYPE_CHECKING:
    from core.storage.s3 import S3Storage

PREFIX = "uploads/"
# One name below the user's own folder. Eighteen digits fit every database's integers.
_KEY = re.compile(r"uploads/([1-9][0-9]{0,17})/([^\x00-\x1f\x7f/\\]+)")
_KEY_BYTES = 1024


def bucket() -> "S3Storage":
    """The site's storage where it is a bucket. Raises Conflict (`bucket_not_used`) where it is another."""
    from core.storage.s3 import S3Storage  # heavy, and of no use to a site that has no bucket

    storage = photo_storage()
    if not isinstance(storage, S3Storage):
        raise Conflict("bucket_not_used", "This site keeps photos in no bucket; that takes PHOTO_STORAGE=s3.")
    return storage


def key_of(owner_id: int, upload_id: UUID) -> str:
    """The key of one upload of a user."""
    return f"{PREFIX}{owner_id}/{upload_id.hex}"


def owner_id_of(key: str) -> int | None:
    """Whose folder a key lies in; None where it lies in nobody's."""
    matched = _KEY.fullmatch(key)
    if matched is None or matched[2] in (".", "..") or len(key.encode()) > _KEY_BYTES:
        return None
    return int(matched[1])
