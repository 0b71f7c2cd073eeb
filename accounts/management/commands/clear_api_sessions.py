"""Tidies the account tables."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.services.tidying import clear_expired


class Command(BaseCommand):
    help = "Deletes API sessions that have expired and counters of failed logins that are forgotten."

    def handle(self, *args: Any, **options: Any) -> None:
        sessions, counters = clear_expired(now=timezone.now())
        self.stdout.write(f"Deleted: expired API sessions {sessions}, login counters {counters}.")
