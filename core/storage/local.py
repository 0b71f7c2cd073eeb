"""Photos as files below one folder."""

import contextlib

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class LocalStorage(FileSystemStorage):
    """A folder that no URL leads into: files leave it through a view that checks who asks."""

    def _save(self, name: str, content: File[bytes]) -> str:
        try:
            return str(super()._save(name, content))  # type: ignore[misc]  # the hook that every storage has
        except BaseException:
            with contextlib.suppress(OSError):  # what was written before the disk was full
                self.delete(name)
            raise

    def url(self, name: str | None) -> str:
        """Raises ValueError always."""
        raise ValueError("Stored photos have no URL of their own.")
