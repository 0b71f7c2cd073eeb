"""Compares the storage of photos with the database."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.errors import DomainError
from poses.services.sweeping_files import Finding, sweep_files

_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Finds files without a row and parts of files without a name (both older than an hour), rows without a file"
        " and, with --hashes, files whose SHA-256 differs from the row. Exit code 1 while anything is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="remove files without a row and parts of files")
        parser.add_argument("--hashes", action="store_true", help="read every photo and compare its SHA-256")
        parser.add_argument("--all", action="store_true", help=f"list everything, not the first {_SHOWN} of a kind")

    def handle(self, *args: Any, fix: bool, hashes: bool, **options: Any) -> None:
        self._limit = None if options["all"] else _SHOWN
        self._listed: Counter[Finding] = Counter()
        try:
            counts = sweep_files(now=timezone.now(), is_fix=fix, with_hashes=hashes, tell=self._tell)
        except DomainError as error:
            raise CommandError(error.message) from error
        for finding in Finding:
            unasked = finding is Finding.DAMAGED and not hashes
            self.stdout.write(f"{finding}: {'not looked for' if unasked else counts[finding]}")
        removable = (Finding.ORPHAN, Finding.ABANDONED, Finding.LEFTOVER)
        unremoved = sum(counts[finding] for finding in removable) - counts[Finding.REMOVED]
        if unremoved or counts[Finding.MISSING] or counts[Finding.DAMAGED]:
            raise CommandError("Storage and database do not agree.")

    def _tell(self, finding: Finding, name: str) -> None:
        self._listed[finding] += 1
        if self._limit is None or self._listed[finding] <= self._limit:
            self.stdout.write(f"{finding}: {name}")
        elif self._listed[finding] == self._limit + 1:
            self.stdout.write(f"{finding}: … (--all lists the rest)")
