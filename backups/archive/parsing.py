"""A manifest read from an archive, none of which is taken on trust."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from .errors import ArchiveError, damaged
from .layout import DATABASES, LONGEST_NAME, MANIFEST, check_name
from .manifest import FORMAT, REASONS, Facts, Manifest, Member, Missing

Value = TypeVar("Value")

_SHA256 = re.compile(r"[0-9a-f]{64}")


def parsed(text: str) -> Manifest:
    """The manifest whose JSON this is. Raises ArchiveError: not_a_backup, other_format, damaged, unsafe_name."""
    document = _document(text)
    try:
        members = _members(document)
        return Manifest(facts=_facts(document), members=members)
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(f"{MANIFEST} in the backup is not as the site writes it: {error}.") from error


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text, object_hook=_member_or_dict)
    except (ValueError, RecursionError, MemoryError) as error:
        raise damaged(f"{MANIFEST} in the backup cannot be read.") from error
    if not isinstance(document, dict) or type(document.get("format")) is not int:
        raise ArchiveError(
            "not_a_backup", f"{MANIFEST} in this file is none of a backup. Choose a backup of this site."
        )
    if document["format"] != FORMAT:
        message = (
            f"The backup has format {document['format']}, and this version of the site reads format {FORMAT}. "
            "Use the version that wrote it, or a newer one."
        )
        raise ArchiveError("other_format", message)
    return document


def _members(document: dict[str, Any]) -> tuple[Member, ...]:
    members = tuple(_member(entry) for entry in _of(list, document["members"]))
    if len({member.name for member in members}) != len(members):
        raise ValueError("a name stands there twice")
    if sum(member.name in DATABASES for member in members) != 1:
        raise ValueError("there must be one database")
    return members


def _member_or_dict(entry: dict[str, Any]) -> Member | dict[str, Any]:
    """Members are made while the JSON is read: there may be a million of them, and a dict takes three times as much."""
    match entry:
        case {"name": str(name), "size": int(size), "sha256": str(sha256)} if type(size) is int:
            return Member(name, size, sha256)
    return entry


def _member(entry: Any) -> Member:
    member = _of(Member, entry)
    check_name(member.name)
    if member.name == MANIFEST or member.size < 0 or not _SHA256.fullmatch(member.sha256):
        raise ValueError(f"the member {member.name!a} has a size or SHA-256 that cannot be")
    return member


def _facts(document: dict[str, Any]) -> Facts:
    created_at = datetime.fromisoformat(_of(str, document["created_at"]))
    if created_at.tzinfo is None:
        raise ValueError("created_at has no time zone")
    return Facts(
        created_at=created_at,
        kind=_of(str, document["kind"]),
        vendor=_of(str, document["vendor"]),
        versions=_mapping(document["versions"], _text),
        migrations=_mapping(document["migrations"], _texts),
        rows=_mapping(document["rows"], _number),
        missing=tuple(_missing(_of(dict, entry)) for entry in _of(list, document["missing"])),
    )


def _missing(entry: dict[str, Any]) -> Missing:
    missing = Missing(_of(str, entry["name"]), _of(str, entry["row"]), _of(str, entry["reason"]))
    if missing.reason not in REASONS or len(missing.name) > LONGEST_NAME:
        raise ValueError("a missing file has a name or reason that cannot be")
    return missing


def _mapping(value: Any, of: Callable[[Any], Value]) -> dict[str, Value]:
    return {key: of(each) for key, each in _of(dict, value).items()}


def _text(value: Any) -> str:
    return _of(str, value)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_of(str, each) for each in _of(list, value))


def _number(value: Any) -> int:
    if _of(int, value) < 0:
        raise ValueError("a number of rows is negative")
    return _of(int, value)


def _of(kind: type[Value], value: Any) -> Value:
    """The value, of exactly that type: True is no int here."""
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__} expected, found {type(value).__name__}")
    return value
