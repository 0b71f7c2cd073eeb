"""Photos as files below one folder."""

from django.core.files.storage import FileSystemStorage


class LocalStorage(FileSystemStorage):
    """A folder that no URL leads into: files leave it through a view that checks who asks."""

    def url(self, name: str | None) -> str:
        """Raises ValueError always."""
        raise ValueError("Stored photos have no URL of their own.")
