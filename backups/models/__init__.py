"""What the site knows of its backups. The files themselves are the truth: a restored site reads it anew from them."""

from .backup import Backup
from .check import Check
from .download import Download
from .notice import Notice

__all__ = ["Backup", "Check", "Download", "Notice"]
