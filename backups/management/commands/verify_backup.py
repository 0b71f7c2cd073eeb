"""Verifies a backup's file, wherever it lies."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backups.services import verifying
from backups.templatetags.backup_words import as_bytes, database
from core.errors import DomainError


class Command(BaseCommand):
    help = (
        "Looks at every byte of a backup: the digest of the file, the SHA-256 of each member, and the database by"
        " pg_restore or PRAGMA integrity_check. Needs no database of its own."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="posesite-verify-") as scratch:
                seen = verifying.verify(file, scratch=Path(scratch), on_bytes=lambda count: None, tick=lambda: None)
        except DomainError as error:
            raise CommandError(f"{error.message} ({error.code})") from error
        except OSError as error:
            raise CommandError(f"{file} cannot be verified: {error}.") from error
        facts = seen.manifest.facts
        members = list(seen.manifest.files)
        self.stdout.write(
            f"{file} is good: made on {facts.created_at:%Y-%m-%d %H:%M} UTC, {database(facts.vendor)} with"
            f" {sum(facts.rows.values())} rows, {len(members)} files ({as_bytes(sum(each.size for each in members))})."
        )
        for missing in facts.missing:
            self.stderr.write(f"{missing.name} ({missing.row}) was {missing.reason} when it was made.")
