"""What every storage of photos can do beside Django's own storage API."""

import hashlib
import mimetypes
from collections.abc import Iterator

from django.core.files.storage import Storage

LINK_SECONDS = 600
DEFAULT_CONTENT_TYPE = "application/octet-stream"


class PhotoStorage(Storage):
    """A place that no URL leads into: files leave it through a view that checks who asks.

    Every method raises FileNotFoundError where the file is missing, StorageUnavailable where the storage is down and
    StorageFull where it has no room; a file that could not be saved whole is not there afterwards.
    """

    def sha256(self, name: str) -> str:
        """The SHA-256 of a file, in hexadecimal: what was noted when it was saved, else that of its bytes."""
        with self.open(name) as opened:
            digest = hashlib.sha256()
            for chunk in opened.chunks():
                digest.update(chunk)
        return digest.hexdigest()

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
