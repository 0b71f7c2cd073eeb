"""Sending an e-mail, and what can be said of it afterwards."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from core import mail
from core.mail import MailNotSent, MailPerhapsSent
from tests.mail_server import MailServer, mail_server


@pytest.fixture
def smtp(settings) -> Iterator[MailServer]:
    with mail_server(settings) as server:
        yield server


def send() -> None:
    mail.send(EmailMessage(subject="Hello", body="There you are.", to=["ada@example.org"]))


def test_a_mail_server_takes_it(smtp):
    send()
    [content] = smtp.taken
    assert b"Subject: Hello" in content


@pytest.mark.parametrize(
    ("command", "reply"),
    [("RCPT", "451 later"), ("MAIL", "550 no"), ("DATA", "451 later"), (".", "554 spam"), ("RCPT", "550 unknown")],
)
def test_what_the_server_refuses_was_not_sent(smtp, command, reply):
    smtp.replies = {command: reply}
    with pytest.raises(MailNotSent) as refused:
        send()
    assert refused.value.code == "mail_refused"
    assert smtp.taken == []


def test_a_server_that_is_not_there_has_sent_nothing_and_is_not_named(smtp, settings):
    settings.EMAIL_PORT = 1
    with pytest.raises(MailNotSent) as refused:
        send()
    assert refused.value.code == "mail_unreachable"
    assert "127.0.0.1" not in refused.value.message


@pytest.mark.parametrize("command", [".", "RCPT"])
def test_a_conversation_that_breaks_off_may_have_sent_it(smtp, command):
    smtp.replies = {command: ""}
    with pytest.raises(MailPerhapsSent) as cut_short:
        send()
    assert cut_short.value.code == "sending_interrupted"


def test_a_server_that_is_rude_once_it_has_taken_it_changes_nothing(smtp):
    smtp.replies = {"QUIT": ""}
    send()
    assert len(smtp.taken) == 1


class _Raising(BaseEmailBackend):
    error: Exception

    def send_messages(self, messages):
        raise self.error


def _of_status(status: int) -> AnymailAPIError:
    error = AnymailAPIError("no")
    error.status_code = status
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (AnymailRecipientsRefused(), MailNotSent),
        (_of_status(422), MailNotSent),
        (_of_status(502), MailPerhapsSent),
        (AnymailAPIError("no"), MailPerhapsSent),
        (TimeoutError(), MailPerhapsSent),
        (ConnectionResetError(), MailPerhapsSent),
    ],
    ids=repr,
)
def test_what_a_provider_has_not_refused_may_have_been_sent(settings, monkeypatch, error, expected):
    settings.EMAIL_BACKEND = f"{__name__}._Raising"
    monkeypatch.setattr(_Raising, "error", error, raising=False)
    monkeypatch.setattr(AnymailAPIError, "__str__", lambda self: "no")  # which would read the provider's answer
    with pytest.raises(expected):
        send()


def test_the_message_id_is_of_the_senders_domain(settings):
    pk = UUID(int=7)
    settings.DEFAULT_FROM_EMAIL = "PoseSite <pose@mail.example>"
    assert mail.message_id(pk) == f"<{pk.hex}@mail.example>"
    settings.DEFAULT_FROM_EMAIL = ""
    assert mail.message_id(pk) == f"<{pk.hex}@localhost>"


def test_nothing_ends_a_line():
    assert mail.on_one_line("a.csv\r\nBcc: eve@example.org\n\u2028b\x01") == "a.csv Bcc: eve@example.org b"
