"""Folders that the site writes into."""

import tempfile
from pathlib import Path

from .parts import Trouble


def check_writable(folder: Path) -> None:
    """Writes into the folder, which is made where there has been no need for it yet. Raises Trouble."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"readyz")
    except OSError as error:
        raise Trouble("cannot be written to") from error
