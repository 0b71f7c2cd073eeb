"""Request bodies."""

import io
from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

MAX_JSON_BYTES = 1 << 20


class JSONTooLarge(APIException):
    """A megabyte of brackets becomes thirty of objects, and a body of JSON is never large here."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "json_too_large"
    default_detail = f"The JSON is larger than {MAX_JSON_BYTES >> 20} MB."


class BoundedJSONParser(JSONParser):
    """JSON that may be too large, or nested too deep for Python's parser: the client's error and not the server's."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """See JSONParser; raises JSONTooLarge, and ParseError for deep nesting and for text that is not UTF-8."""
        content = stream.read(MAX_JSON_BYTES + 1)
        if len(content) > MAX_JSON_BYTES:
            raise JSONTooLarge
        try:
            return super().parse(io.BytesIO(content), media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deep.") from error
