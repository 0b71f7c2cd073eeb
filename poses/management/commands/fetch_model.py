"""Fetches the pose model."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from poses.engine.errors import ModelUnavailable
from poses.engine.models import fetch_model


class Command(BaseCommand):
    help = "Builds the standard pose model in the model folder from the official weights, unless it is there."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--unpruned", action="store_true", help="keep the segmentation branch, as in the official bundle (slower)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            model = fetch_model(Path(settings.POSE_MODELS_DIR), is_pruned=not options["unpruned"])
        except ModelUnavailable as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{model.path} (SHA-256 {model.sha256})")
