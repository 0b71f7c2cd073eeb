"""Sending e-mails, and saying whether one was sent."""

import logging
from contextlib import suppress
from datetime import timedelta
from email.utils import parseaddr
from smtplib import SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException
from uuid import UUID

from anymail import exceptions as anymail
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from .errors import DomainError

logger = logging.getLogger(__name__)

# Many mail servers take 25 MB; what is attached grows by a third on its way.
ATTACHED_AT_MOST_BYTES = 10 << 20
# Between one failed try and the next; behind the last of them it has failed.
PAUSES = (
    *(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=2), timedelta(hours=6), timedelta(hours=24)),
)
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


def message_id(pk: UUID) -> str:
    """The same at every try: should one arrive twice after all, mail programs show it once."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{pk.hex}@{domain}>"


def on_one_line(text: str) -> str:
    """Without whatever would end a header or a line."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def _refused() -> MailNotSent:
    return MailNotSent("mail_refused", "The site's mail server did not take the e-mail. Check the address.")


def _is_refusal(error: Exception) -> bool:
    """Whether the other side has said that it does not take the message."""
    if isinstance(error, SMTPResponseException):
        return error.smtp_code in _REFUSALS
    if isinstance(error, anymail.AnymailAPIError):
        return error.status_code in _CLIENT_ERRORS
    return isinstance(error, (SMTPRecipientsRefused, SMTPNotSupportedError, *_ANYMAIL_NOT_SENT))
