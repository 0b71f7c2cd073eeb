"""A mail server on this machine that answers as it is told and keeps what it has taken."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks enough SMTP. `replies` has other answers by command, "." for DATA's second one; "" hangs up instead."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.replies: dict[str, str] = {}
        self.taken: list[bytes] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer
    _USUAL = {"EHLO": "250 mail.example", "DATA": "354 go on", "QUIT": "221 bye"}

    def handle(self) -> None:
        self._say("220 mail.example")
        while line := self.rfile.readline():
            command = line[:4].decode().strip().upper()
            if not self._answer(command) or command == "QUIT":
                return
            if command == "DATA" and "DATA" not in self.server.replies:
                content = b"".join(iter(self.rfile.readline, b".\r\n"))
                if not self._answer("."):
                    return
                if "." not in self.server.replies:
                    self.server.taken.append(content)

    def _answer(self, command: str) -> bool:
        reply = self.server.replies.get(command, self._USUAL.get(command, "250 ok"))
        if reply:
            self._say(reply)
        return bool(reply)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server(settings: object) -> Iterator[MailServer]:
    """A server that the site sends by."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server
        server.shutdown()
        thread.join()
