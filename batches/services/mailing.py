"""The e-mail at the end of a batch."""

import logging
from collections.abc import Mapping
from email import encoders
from email.mime.base import MIMEBase
from pathlib import PurePath

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from batches.models import Batch, Delivery
from core import mail
from poses.services import photo_files

logger = logging.getLogger(__name__)

_NAME_LENGTH = 100


def message_of(delivery: Delivery) -> EmailMessage:
    """The e-mail of a delivery, with the output CSV unless that is large, gone or of another run.

    Raises StorageUnavailable.
    """
    data = delivery.body["data"]
    name = mail.on_one_line(data["name"])
    attachment = _attachment(delivery, name)
    context = {
        "data": {**data, "name": name},
        "is_attached": attachment is not None,
        "saved_percent": _saved_percent(data["bytes"]),
    }
    message = EmailMessage(
        subject=f"Batch {name}: {data['rows']['done']} of {data['rows']['total']} rows done",
        body=render_to_string("batches/email/completed.txt", context),
        to=[delivery.target],
        # Programs do not answer what says that a program has sent it.
        headers={"Message-ID": mail.message_id(delivery.pk), "Auto-Submitted": "auto-generated"},
    )
    if attachment is not None:
        message.attach(attachment)
    return message


def _attachment(delivery: Delivery, name: str) -> MIMEBase | None:
    batch = delivery.batch
    # Another run, should one have begun meanwhile, has another CSV.
    if batch is None or batch.status != Batch.Status.COMPLETED or batch.run != delivery.run:
        return None
    if not batch.results or (batch.results_bytes or 0) > mail.ATTACHED_AT_MOST_BYTES:
        return None
    try:
        content = photo_files.read(batch.results)
    except FileNotFoundError:
        logger.warning("the output CSV of batch %s is gone", batch.pk)
        return None
    # As text Django would send it with line ends of its own.
    attachment = MIMEBase("text", "csv", charset="utf-8")
    attachment.set_payload(content)
    encoders.encode_base64(attachment)
    filename = f"{PurePath(name).stem[:_NAME_LENGTH] or 'batch'}-results.csv"
    attachment.add_header("Content-Disposition", "attachment", filename=("utf-8", "", filename))
    return attachment


def _saved_percent(sizes: Mapping[str, int] | None) -> int:
    if not sizes or not sizes["before"]:
        return 0
    return round((1 - sizes["after"] / sizes["before"]) * 100)
