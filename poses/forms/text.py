"""Keypoints as text: the JSON that a form's field holds."""

import json
from collections.abc import Sequence
from typing import Any


def as_text(points: Sequence[object]) -> str:
    """JSON with a line a point."""
    return "[\n{}\n]".format(",\n".join(json.dumps(point) for point in points)) if points else "[]"


def encodable(text: str) -> str:
    """The text with lone surrogates written out: JSON may hold them, and no page can be sent with one."""
    return text.encode("utf-8", "backslashreplace").decode()


def from_text(text: str) -> Any:
    """What the text says. Raises ValueError where it is no JSON, or nested too deep for Python's parser."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
