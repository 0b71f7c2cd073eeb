"""What every storage of photos can do beside Django's own storage API."""

import hashlib
import mimetypes
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.files.storage import Storage

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

LINK_SECONDS = 600
DEFAULT_CONTENT_TYPE = "application/octet-stream"
_NO_FILE = "check/no-such-file"
_PIECE_BYTES = 1 << 20


class PhotoStorage(Storage):
    """A place that no URL leads into: files leave it through a view that checks who asks.

    Every method raises FileNotFoundError where the file is missing, StorageUnavailable where the storage is down and
    StorageFull where it has no room; a file that could not be saved whole is not there afterwards.
    """

    def check(self) -> None:
        """Asks whether the storage could be used now, at next to no cost. Raises StorageUnavailable where not."""
        self.exists(_NO_FILE)

    def sha256(self, name: str) -> str:
        """The SHA-256 of a file, in hexadecimal: what was noted when it was saved, else that of its bytes."""
        with self.open(name) as opened:
            digest = hashlib.sha256()
            for chunk in opened.chunks():
                digest.update(chunk)
        return digest.hexdigest()

    def copy_to(self, name: str, target: "SupportsWrite[bytes]") -> None:
        """Writes a file's bytes to the target, a piece at a time; where it raises, some of them may be there."""
        with self.open(name) as opened:
            for piece in opened.chunks(_PIECE_BYTES):
                target.write(piece)

    def content_type(self, name: str) -> str:
        """The content type of a file."""
        return guessed_content_type(name)

    def names(self) -> Iterator[str]:
        """Every file's name, in any order."""
        folders = [""]
        while folders:
            folder = folders.pop()
            prefix = f"{folder}/" if folder else ""
            deeper, files = self.listdir(folder)
            folders += [prefix + name for name in deeper]
            yield from (prefix + name for name in files)

    def leftovers(self, *, before: datetime) -> Iterator[str]:
        """Parts of files that no name leads to, left where a save or a removal begun before then was cut short."""
        return iter(())

    def remove_leftover(self, leftover: str) -> None:
        """Removes one that `leftovers` told of; one that is gone is no error."""

    def link(self, name: str, *, content_type: str, filename: str) -> str | None:
        """A URL that lets its holder read the file for LINK_SECONDS; None where the site has to serve it."""
        return None

    @property
    def link_origin(self) -> str:
        """The origin of such URLs, for a page's `img-src`; empty where there are none."""
        return ""

    def url(self, name: str | None) -> str:
        """Raises ValueError always."""
        raise ValueError("Stored photos have no URL of their own.")


def guessed_content_type(name: str) -> str:
    """By the extension."""
    return mimetypes.guess_type(name)[0] or DEFAULT_CONTENT_TYPE
