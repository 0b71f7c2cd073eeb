"""Tidies batches."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from batches.services import tidying


class Command(BaseCommand):
    help = "Discards batches that were checked and not started for a day, and forgets hosts that nobody asked."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Discarded: batches that were not started {tidying.clear(now=timezone.now())}.")
