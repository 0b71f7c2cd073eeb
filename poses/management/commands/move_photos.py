"""Moves photos to another storage."""

import time
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from poses.services.moving import Blob, Outcome, Progress, move_photos

_SHOWN_EVERY_S = 10.0
_SHOWN_EVERY_S_ON_A_TERMINAL = 0.5
_MOST_JOBS = 64


class Command(BaseCommand):
    help = (
        "Copies the files of all photos to another storage, each checked by its SHA-256; switches nothing by itself."
        " Run it again to copy only what is missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        names = sorted(settings.PHOTO_STORAGES)
        parser.add_argument("--to", required=True, choices=names, help="the storage to fill")
        parser.add_argument("--from", choices=names, dest="source", help="default: the storage in use")
        parser.add_argument("--jobs", type=int, default=4, help="files at a time (default 4)")

    def handle(self, *args: Any, to: str, source: str | None, jobs: int, **options: Any) -> None:
        if not 1 <= jobs <= _MOST_JOBS:
            raise CommandError(f"--jobs is 1 to {_MOST_JOBS}.")
        source = source or settings.PHOTO_STORAGE
        self._shown_at = time.monotonic()
        try:
            progress = move_photos(source=source, target=to, jobs=jobs, on_problem=self._tell, on_progress=self._show)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        except DomainError as error:
            raise CommandError(f"{error.message} Run the command again to go on.") from error
        self._sum_up(progress)
        if progress.has_problems:
            raise CommandError("Not every file is in the new storage; the lines above name those that are not.")
        self.stdout.write(
            f"Next: set PHOTO_STORAGE={to} and start the site again. Then run\n"
            f"  manage.py move_photos --from {source} --to {to}\n"
            "once more, for photos that were uploaded meanwhile. The old files stay where they are."
        )

    def _tell(self, outcome: Outcome, blob: Blob) -> None:
        self.stdout.write(f"{outcome}: {blob.name} ({blob.kind} {blob.row_id})")

    def _show(self, progress: Progress) -> None:
        is_terminal = self.stdout.isatty()
        if time.monotonic() - self._shown_at < (_SHOWN_EVERY_S_ON_A_TERMINAL if is_terminal else _SHOWN_EVERY_S):
            return
        self._shown_at = time.monotonic()
        self.stdout.write(
            f"{progress.done} of {progress.total} files, {progress.done / progress.seconds:.0f} a second,"
            f" {progress.copied_bytes / progress.seconds / 1e6:.1f} MB/s, {progress.seconds_left:.0f} s left",
            ending="   \r" if is_terminal else "\n",
        )
        self.stdout.flush()

    def _sum_up(self, progress: Progress) -> None:
        counts = ", ".join(f"{outcome} {progress.counts[outcome]}" for outcome in Outcome)
        self.stdout.write(f"Files: {counts}. {progress.copied_bytes / 1e6:.1f} MB in {progress.seconds:.1f} s.")
