"""Moves the site to another database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.moving.errors import MoveFailed
from core.moving.moving import move_database

_WARNING = """Nothing may write to the site meanwhile: stop it first, its workers too."""

_NEXT = """Next: set DATABASE_URL to that database and start the site.
Photo files are where they were; manage.py move_photos moves them to another storage."""


class Command(BaseCommand):
    help = (
        "Copies every row of the site's database into an empty one and compares them; the site's own database is only"
        " read. Stop the site first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", required=True, metavar="URL", help="such as postgresql://user@host:5432/name")
        parser.add_argument("--dry-run", action="store_true", help="look at both databases and write nothing")

    def handle(self, *args: Any, to: str, dry_run: bool, **options: Any) -> None:
        self.stderr.write(_WARNING)
        try:
            move_database(to=to, is_dry_run=dry_run, report=self.stdout.write)
        except MoveFailed as error:
            raise CommandError(f"Nothing was moved. {error.message}") from error
        if not dry_run:
            self.stdout.write(_NEXT)
