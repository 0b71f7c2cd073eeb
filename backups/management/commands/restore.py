"""Restores the site from a backup."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from backups.services import restoring
from backups.services.errors import RestoreCutShort
from core.errors import DomainError

_QUESTION = """This replaces every row of the site's database by those of {file}.
Stop the site and its workers first. Photos that the backup does not have stay in the storage.
Type "restore" to go on: """


class Command(BaseCommand):
    help = (
        "Brings database and files to what a backup has, into whichever storage is set up. Nothing is changed unless"
        " all of it can be. Stop the site first."
    )
    # An empty machine has no tables yet.
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--into-empty", action="store_true", help="refuse where the database has rows or the storage has files"
        )
        parser.add_argument("--no-input", action="store_true", help="do not ask")

    def handle(self, *args: Any, file: Path, into_empty: bool, no_input: bool, **options: Any) -> None:
        if not (into_empty or no_input) and sys.stdin.isatty() and input(_QUESTION.format(file=file)) != "restore":
            raise CommandError("Nothing was changed.")
        try:
            restored = restoring.restore(file, is_into_empty=into_empty, report=self.stdout.write)
        except RestoreCutShort as error:
            raise CommandError(f"The restore was cut short. {error.message} ({error.code})") from error
        except DomainError as error:
            message = error.message.replace("Nothing was changed. ", "")  # some say so themselves
            raise CommandError(f"Nothing was changed. {message} ({error.code})") from error
        except (DatabaseError, OSError) as error:
            raise CommandError(f"The restore failed: {str(error).strip()}") from error
        self.stdout.write(
            f"Restored {restored.rows} rows and {restored.files} files: {len(restored.added)} were added,"
            f" {len(restored.replaced)} replaced, {restored.were_there} were there."
        )
        if restored.missing:
            self.stderr.write(f"{restored.missing} files were missing when the backup was made.")
        self.stdout.write(
            "Next: start the site. manage.py sweep_photos tells of files that no row names now, and removes them with"
            " --fix."
        )
