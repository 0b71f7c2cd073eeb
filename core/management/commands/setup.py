"""Brings a site up to date."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Brings database and static files up to date and makes the first administrator; can run any number of times."

    def handle(self, *args: Any, **options: Any) -> None:
        if folder := os.environ.get("TMPDIR"):  # Python would take another, and not say so
            Path(folder).mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        if not settings.STATIC_IS_COLLECTED:
            call_command("collectstatic", interactive=False, verbosity=0)
        call_command("create_first_admin", verbosity=0)  # a password it makes is printed all the same
