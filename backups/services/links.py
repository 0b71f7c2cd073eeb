"""Links to a backup that end after a day, for e-mails; who follows one has to log in all the same."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from backups.models import Backup
from core.errors import DomainError

LASTS = timedelta(hours=24)
_SALT = "backups.link"


class LinkEnded(DomainError):
    """The link is older than a day, or none of this site."""

    status = 410

    def __init__(self) -> None:
        super().__init__(
            "link_ended",
            "This link has ended: it was good for 24 hours. The list of backups has the file, if it is kept.",
        )


def link_to(backup: Backup) -> str:
    """A link to the page that has the file, by SITE_URL."""
    token = signing.dumps(str(backup.pk), salt=_SALT, compress=False)
    return absolute(reverse("backups:link", args=[token]))


def ends_at(token: str) -> datetime:
    """When a link that is good will end."""
    signed_at = signing.b62_decode(token.split(":")[-2])
    return datetime.fromtimestamp(signed_at, tz=UTC) + LASTS


def absolute(path: str) -> str:
    """As a browser elsewhere reaches it; the path alone where SITE_URL is not set."""
    return f"{settings.SITE_URL}{path}"


def backup_of(token: str) -> UUID:
    """The backup that a link leads to. Raises LinkEnded."""
    try:
        return UUID(signing.loads(token, salt=_SALT, max_age=LASTS))
    except (signing.BadSignature, ValueError) as error:
        raise LinkEnded from error
