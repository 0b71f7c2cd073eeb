"""What lies where in a backup, and which names may stand in one."""

import re
from typing import Final

from .errors import ArchiveError

MANIFEST: Final = "manifest.json"
FILES: Final = "files/"
POSTGRESQL: Final = "database.dump"
SQLITE: Final = "database.sqlite3.gz"
DATABASES: Final = (POSTGRESQL, SQLITE)

# The archive's comment: this and the SHA-256, in hexadecimal, of every byte of the file before that.
COMMENT: Final = b"posesite-backup sha256="
DIGEST_LENGTH: Final = 64

LONGEST_NAME: Final = 1000
_SHOWN = 100
_NOWHERE = frozenset(("", ".", ".."))
_DRIVE = re.compile(r"[A-Za-z]:")
# Control characters, and halves of characters that no encoding writes.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def check_name(name: str) -> None:
    """Raises ArchiveError, unsafe_name, for a member's name that is not ours or would lead out of a folder."""
    if reason := _fault(name):
        message = f"The name {name[:_SHOWN]!a} in the backup {reason}. Nothing was read or written under that name."
        raise ArchiveError("unsafe_name", message)


def _fault(name: str) -> str:
    if len(name) > LONGEST_NAME:
        return f"has more than {LONGEST_NAME} characters"
    if _UNPRINTABLE.search(name):
        return "holds control characters"
    if "\\" in name:
        return "holds a backslash"
    parts = name.split("/")
    if not _NOWHERE.isdisjoint(parts) or any(map(_DRIVE.match, parts)):
        return "leads out of its folder"
    if name not in (MANIFEST, *DATABASES) and not name.startswith(FILES):
        return f"is neither {MANIFEST} nor a database nor below {FILES}"
    return ""
