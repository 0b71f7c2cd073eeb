"""System checks of the pose app."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from .engine.errors import ModelUnavailable
from .engine.models import find_model


@register
def pose_model(**kwargs: Any) -> list[CheckMessage]:
    """Warns where the configured model is not in the model folder."""
    try:
        find_model(Path(settings.POSE_MODELS_DIR), settings.POSE_MODEL)
    except ModelUnavailable as error:
        return [Warning(error.message, id="poses.W001")]
    return []
