"""What the e-mails about backups say."""

import logging
from datetime import datetime
from email import encoders
from email.mime.base import MIMEBase
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from backups.models import Backup, Notice
from backups.selectors.standing import standing
from core import mail

from . import folder, links

logger = logging.getLogger(__name__)

_TEMPLATES = {
    Notice.Event.COMPLETED: "backups/email/completed.txt",
    Notice.Event.FAILED: "backups/email/failed.txt",
    Notice.Event.DAMAGED: "backups/email/check_failed.txt",
    Notice.Event.DRILL_FAILED: "backups/email/check_failed.txt",
}


def message_of(notice: Notice) -> EmailMessage:
    """The e-mail of a notice: with the ZIP attached up to 10 MB, with a link that ends after a day beyond."""
    backup = notice.backup
    assert backup is not None  # noqa: S101  # it goes with its backup
    attachment = _attachment(backup) if notice.event == Notice.Event.COMPLETED else None
    context: dict[str, Any] = {
        "backup": backup,
        "check": notice.found_by,
        "standing": standing(),
        "is_attached": attachment is not None,
        "page": links.absolute(reverse("backups:list")),
        "has_site_url": bool(settings.SITE_URL),
    }
    if attachment is None and backup.is_there:
        context["link"] = links.link_to(backup)
    message = _message(
        day=backup.started_at or backup.created_at,
        body=render_to_string(_TEMPLATES[Notice.Event(notice.event)], context),
        recipients=notice.recipients,
        headers={"Message-ID": mail.message_id(notice.pk)},
        is_failure=notice.event != Notice.Event.COMPLETED,
    )
    if attachment is not None:
        message.attach(attachment)
    return message


def without_database(reason: str, *, now: datetime) -> EmailMessage:
    """The e-mail of a backup that failed together with the database."""
    body = render_to_string("backups/email/no_database.txt", {"reason": reason})
    return _message(day=now, body=body, recipients=settings.BACKUP_EMAILS, headers={}, is_failure=True)


def _message(
    *, day: datetime, body: str, recipients: list[str], headers: dict[str, str], is_failure: bool
) -> EmailMessage:
    # The subject is the same every day, so that mail programs sort by it; the first line says how it went.
    message = EmailMessage(
        subject=f"Daily DB Backup - {timezone.localtime(day):%Y-%m-%d}",
        body=body,
        to=list(recipients),
        headers={**headers, "Auto-Submitted": "auto-generated"},
    )
    if is_failure:
        message.extra_headers["Importance"] = "high"
    return message


def _attachment(backup: Backup) -> MIMEBase | None:
    path = folder.path_of(backup)
    if not _fits(path):
        return None
    attachment = MIMEBase("application", "zip")
    attachment.set_payload(path.read_bytes())
    encoders.encode_base64(attachment)
    attachment.add_header("Content-Disposition", "attachment", filename=backup.name)
    return attachment


def _fits(path: Path) -> bool:
    try:
        return path.stat().st_size <= mail.ATTACHED_AT_MOST_BYTES
    except OSError:
        logger.warning("%s is not on this machine, so its e-mail has a link", path.name)
        return False
