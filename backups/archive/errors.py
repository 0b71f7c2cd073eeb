"""What is wrong with a file that should be a backup."""

from typing import Literal

Code = Literal[
    "not_a_backup",
    "damaged",
    "passphrase_needed",
    "passphrase_wrong",
    "too_busy",
    "unsafe_name",
    "beyond_manifest",
    "other_format",
]

_REMEDY = "Use another copy of this file, or another backup."


class ArchiveError(Exception):
    """A file is no backup that may be used. `message` is for people and names the remedy; an I/O error is none."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def damaged(what: str) -> ArchiveError:
    """`what` is a sentence."""
    return ArchiveError("damaged", f"{what} {_REMEDY}")


def beyond_manifest(what: str) -> ArchiveError:
    """`what` is a sentence."""
    return ArchiveError("beyond_manifest", f"{what} The site does not write such backups. {_REMEDY}")
