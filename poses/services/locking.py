"""One writer a photo at a time."""

from http import HTTPStatus
from uuid import UUID

from core.errors import DomainError
from poses.models import Photo


def lock_photo(pk: UUID) -> Photo:
    """The photo as it is now, locked until the caller's transaction ends; every writer of its poses asks first.

    No joins: PostgreSQL drops a locked row from the answer where a joined one changed meanwhile. Raises DomainError
    (`not_found`) where the photo was deleted.
    """
    photo = next(iter(Photo.objects.select_for_update().filter(pk=pk).order_by()), None)
    if photo is None:
        raise DomainError("not_found", "The photo was deleted meanwhile.", status=HTTPStatus.NOT_FOUND)
    return photo
