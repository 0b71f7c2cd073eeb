"""Photos as files below one folder."""

import contextlib
from datetime import datetime

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from .base import PhotoStorage
from .errors import disk_trouble


class _LocalFile(File[bytes]):
    def read(self, size: int = -1) -> bytes:
        with disk_trouble("read"):
            return bytes(self.file.read(size))  # type: ignore[union-attr]  # open while it is read


class LocalStorage(PhotoStorage, FileSystemStorage):
    """A folder of the machine's own, or one that is mounted."""

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        with disk_trouble("open"):
            opened = super()._open(name, mode)  # type: ignore[misc]  # the hook that every storage has
        return _LocalFile(opened.file) if mode == "rb" else opened

    def _save(self, name: str, content: File[bytes]) -> str:
        is_new = not self.exists(name)
        try:
            with disk_trouble("save"):
                return str(super()._save(name, content))  # type: ignore[misc]
        except BaseException:
            if is_new:  # what was written before the disk was full; never what stood there before
                with contextlib.suppress(OSError):
                    super().delete(name)
            raise

    def delete(self, name: str) -> None:
        """One that is missing is no error."""
        with disk_trouble("delete"):
            super().delete(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """The folders and the files in a folder; before the first photo there is no folder at all."""
        with disk_trouble("list"):
            try:
                return super().listdir(path)
            except FileNotFoundError:
                if path:
                    raise
                return [], []

    def size(self, name: str) -> int:
        """In bytes."""
        with disk_trouble("size"):
            return super().size(name)

    def get_modified_time(self, name: str) -> datetime:
        """See Django's Storage."""
        with disk_trouble("time"):
            return super().get_modified_time(name)
