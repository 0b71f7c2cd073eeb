"""Makes a backup now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from backups.models import Backup
from backups.services import asking, notices
from backups.services.errors import BackupRuns
from backups.services.folder import path_of
from backups.templatetags.backup_words import as_bytes, database, duration

_FAILED, _PARTIAL, _RUNS = 1, 2, 3


class Command(BaseCommand):
    help = (
        "Backs up database and files into BACKUP_DIR, as one verified ZIP. Exit code: 0 made, 1 failed, 2 made, but"
        " files are missing or damaged, 3 another backup is going on."
    )

    # What they would refuse is no reason to go without a backup; and they take as long as a small one.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--manual", action="store_true", help="kept until it is deleted, under a name of its own")
        parser.add_argument("--no-email", action="store_true", help="tell nobody")

    def handle(self, *args: Any, manual: bool, no_email: bool, **options: Any) -> None:
        kind = Backup.Kind.MANUAL if manual else Backup.Kind.SCHEDULED
        try:
            backup = asking.run_here(kind=kind, wants_email=not no_email)
        except BackupRuns as error:
            raise CommandError(error.message, returncode=_RUNS) from error
        except DatabaseError as error:
            reason = f"The database cannot be used: {str(error).strip()}"
            if not no_email:  # no row tells of it
                notices.send_unrecorded(reason=reason)
            raise CommandError(f"The backup failed: {reason}", returncode=_FAILED) from error
        notices.send_here()
        self._say(backup)

    def _say(self, backup: Backup) -> None:
        if backup.status != Backup.Status.COMPLETED:
            raise CommandError(f"The backup failed: {backup.error_message}", returncode=_FAILED)
        self.stdout.write(
            f"{path_of(backup)}: {as_bytes(backup.size_bytes)}, {database(backup.vendor)} with {backup.row_count} rows,"
            f" {backup.file_count} files, verified, in {duration(backup.seconds)}."
        )
        if backup.copy_error:
            self.stderr.write(f"The second copy was not made: {backup.copy_error}")
        if backup.is_partial:
            for problem in backup.problems:
                self.stderr.write(f"{problem['name']} ({problem['row']}): {problem['reason']}")
            raise CommandError(
                f"The backup is partial: {backup.problem_count} files of the site are missing or damaged.",
                returncode=_PARTIAL,
            )
