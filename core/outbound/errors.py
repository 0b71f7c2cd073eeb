"""What goes wrong with an address that a user gave."""

from http import HTTPStatus

from core.errors import DomainError

_HTTP_STATUS = "http_status_"
_MESSAGES = {
    "url_invalid": "This is not a complete web address. Write it as https://example.org/photo.jpg, without spaces, "
    "backslashes, user name or password, in at most 2,048 characters.",
    "url_scheme": "Only addresses that begin with http:// or https:// are fetched.",
    "url_port": "This port is not open to the site. Use an address without one, or ask the site's operator.",
    "address_blocked": "This address does not lie on the public internet. Use one that everyone can reach, or ask the "
    "site's operator.",
    "dns_failed": "No server of this name was found. Check the name, or try again later.",
    "connect_timeout": "The server did not accept a connection in time. Try again later.",
    "connect_failed": "The server refused or dropped the connection. Check the address, or try again later.",
    "tls_error": "The server's certificate is not valid for this address. Have it renewed, or use another server.",
    "too_many_redirects": "The address leads on more than three times. Use the one at which it ends.",
    "timeout_total": "The server took too long to answer. Try again later, or use a faster server.",
    "too_large": "The answer is larger than allowed. Use a smaller file.",
    "encoded_body": "The server compressed its answer although it was asked not to. Have it send the plain file.",
    "short_body": "The server's answer broke off before its end. Try again later.",
    "bad_response": "The server's answer is not proper HTTP. Check the address and its port.",
}
_OF_THE_HOST = frozenset(
    {"dns_failed", "connect_timeout", "connect_failed", "tls_error", "timeout_total", "short_body", "bad_response"}
)


class OutboundError(DomainError):
    """An address that was not fetched. Neither code nor message says what lies inside the operator's network.

    `is_of_the_host` is whether the host is in trouble, so that its other addresses will fail as well.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code, _message(code))

    @classmethod
    def of_status(cls, status: int) -> "OutboundError":
        """The error of an answer that is no success."""
        return cls(f"{_HTTP_STATUS}{status}")

    @property
    def is_of_the_host(self) -> bool:
        """Whether a pause for the whole host makes sense."""
        if not self.code.startswith(_HTTP_STATUS):
            return self.code in _OF_THE_HOST
        return _is_of_the_host(int(self.code.removeprefix(_HTTP_STATUS)))


def _is_of_the_host(status: int) -> bool:
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _message(code: str) -> str:
    if code.startswith(_HTTP_STATUS):
        status = code.removeprefix(_HTTP_STATUS)
        remedy = "Try again later" if _is_of_the_host(int(status)) else "Check that the address is right"
        return f"The server answered with status {status}. {remedy}."
    return _MESSAGES[code]
