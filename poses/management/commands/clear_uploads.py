"""Tidies the uploads straight to the bucket."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from poses.services.arriving import clear_finished


class Command(BaseCommand):
    help = "Forgets uploads straight to the bucket that were finished a week ago."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Deleted: finished uploads {clear_finished(now=timezone.now())}.")
