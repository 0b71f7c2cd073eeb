"""Photos as files below one folder."""

import contextlib

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class LocalStorage(FileSystemStorage):
    """A folder that no URL leads into: files leave it through a view that checks who asks."""

    def _save(self, name: str, content: File[bytes]) -> str:
        is_new = not self.exists(name)
        try:
            return str(super()._save(name, content))  # type: ignore[misc]  # the hook that every storage has
        except BaseException:
            if is_new:  # what was written before the disk was full; never what stood there before
                with contextlib.suppress(OSError):
                    self.delete(name)
            raise

    def url(self, name: str | None) -> str:
        """Raises ValueError always."""
        raise ValueError("Stored photos have no URL of their own.")
