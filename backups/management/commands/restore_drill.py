"""Proves that a backup can be restored."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from backups.models import Backup, Check
from backups.services import asking, notices
from backups.templatetags.backup_words import duration
from core.errors import DomainError


class Command(BaseCommand):
    help = (
        "Restores the newest backup, or a named one, into a scratch database and folder, compares every table's rows"
        " and every file's SHA-256, and records the result. The site goes on meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "name", nargs="?", metavar="NAME", help="of a backup in BACKUP_DIR; the newest unless given"
        )

    def handle(self, *args: Any, name: str | None, **options: Any) -> None:
        there = Backup.objects.there().order_by("-started_at")
        backup = (there.filter(name=name) if name else there).first()
        if backup is None:
            raise CommandError(
                f"There is no backup named {name}." if name else "There is no backup yet. manage.py backup makes one."
            )
        try:
            check = asking.check_here(backup=backup, kind=Check.Kind.DRILL)
        except DomainError as error:
            raise CommandError(error.message) from error
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {str(error).strip()}") from error
        notices.send_here()
        if check.status != Check.Status.COMPLETED:
            raise CommandError(f"The drill of {backup.name} failed: {check.error_message}")
        self.stdout.write(
            f"{backup.name} was restored beside the site and compared: {check.row_count} rows, {check.file_count}"
            f" files, in {duration(check.seconds)}."
        )
