"""The e-mail at the end of a batch."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from email import encoders
from email.mime.base import MIMEBase
from email.utils import parseaddr
from pathlib import PurePath
from smtplib import SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException

from anymail import exceptions as anymail
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string

from batches.models import Batch, Delivery
from core.errors import DomainError
from poses.services import photo_files

logger = logging.getLogger(__name__)

# Many mail servers take 25 MB; what is attached grows by a third on its way.
ATTACHED_AT_MOST_BYTES = 10 << 20
_NAME_LENGTH = 100
_REFUSALS = range(400, 600)  # of SMTP: for now, and for good
_CLIENT_ERRORS = range(400, 500)  # of HTTP; a gateway's 502 may come after the message was taken
_ANYMAIL_NOT_SENT = (
    anymail.AnymailRecipientsRefused,
    anymail.AnymailInvalidAddress,
    anymail.AnymailUnsupportedFeature,
    anymail.AnymailSerializationError,
)


class MailNotSent(DomainError):
    """It is certain that nothing was sent."""


class MailPerhapsSent(DomainError):
    """Whether it was sent nobody can say."""

    def __init__(self) -> None:
        message = "Sending was cut short, so the e-mail may have arrived. Resend it if it has not."
        super().__init__("sending_interrupted", message)


def message_of(delivery: Delivery) -> EmailMessage:
    """The e-mail of a delivery, with the output CSV unless that is large, gone or of another run.

    Raises StorageUnavailable.
    """
    data = delivery.body["data"]
    name = _on_one_line(data["name"])
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
        headers={"Message-ID": _message_id(delivery), "Auto-Submitted": "auto-generated"},
    )
    if attachment is not None:
        message.attach(attachment)
    return message


def send(message: EmailMessage) -> None:
    """Hands the e-mail to the mail server, or to a provider's API. Raises MailNotSent, MailPerhapsSent."""
    connection = get_connection()
    try:
        connection.open()
    except Exception as error:  # each back end has errors of its own, and none has heard of the message yet
        logger.warning("cannot reach the mail server: %s: %s", type(error).__name__, error)
        raise MailNotSent("mail_unreachable", "The site's mail server cannot be reached.") from error
    try:
        sent = connection.send_messages([message])
    except Exception as error:  # the same, and one that does not say that it was refused may have come too late
        logger.warning("cannot send an e-mail: %s: %s", type(error).__name__, error)
        if _is_refusal(error):
            raise _refused() from error
        raise MailPerhapsSent from error
    finally:
        with suppress(Exception):  # what was taken is taken, whatever the parting is like
            connection.close()
    if sent == 0:
        raise _refused()


def _refused() -> MailNotSent:
    return MailNotSent("mail_refused", "The site's mail server did not take the e-mail. Check the address.")


def _is_refusal(error: Exception) -> bool:
    """Whether the other side has said that it does not take the message."""
    if isinstance(error, SMTPResponseException):
        return error.smtp_code in _REFUSALS
    if isinstance(error, anymail.AnymailAPIError):
        return error.status_code in _CLIENT_ERRORS
    return isinstance(error, (SMTPRecipientsRefused, SMTPNotSupportedError, *_ANYMAIL_NOT_SENT))


def _attachment(delivery: Delivery, name: str) -> MIMEBase | None:
    batch = delivery.batch
    # Another run, should one have begun meanwhile, has another CSV.
    if batch is None or batch.status != Batch.Status.COMPLETED or batch.run != delivery.run:
        return None
    if not batch.results or (batch.results_bytes or 0) > ATTACHED_AT_MOST_BYTES:
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


def _message_id(delivery: Delivery) -> str:
    """The same at every try: should one arrive twice after all, mail programs show it once."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{delivery.pk.hex}@{domain}>"


def _on_one_line(text: str) -> str:
    """Without whatever would end a header or a line."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def _saved_percent(sizes: Mapping[str, int] | None) -> int:
    if not sizes or not sizes["before"]:
        return 0
    return round((1 - sizes["after"] / sizes["before"]) * 100)
