"""The site's one detector and its models, made on first use in the process that uses them."""

import contextlib
import functools
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from django.conf import settings

from core.errors import DomainError, Unavailable
from poses.engine import models
from poses.engine.detector import Detector, MediaPipeDetector
from poses.engine.errors import EngineError, ModelUnavailable
from poses.engine.models import Model

# All other refusals are 400.
_STATUSES = {"file_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE}


@functools.cache
def detector() -> Detector:
    """The pool that every request and task of this process shares."""
    return MediaPipeDetector(threads=settings.POSE_THREADS or None)


def available_models() -> dict[str, Model]:
    """The models in the model folder by name."""
    return models.find_models(Path(settings.POSE_MODELS_DIR))


def model_named(name: str | None) -> Model:
    """The named model, or the site's own where `name` is empty. Raises DomainError on the field `model`."""
    try:
        return models.find_model(Path(settings.POSE_MODELS_DIR), name or settings.POSE_MODEL)
    except ModelUnavailable as error:
        if error.code == "model_unknown" and name:
            raise DomainError.on_field("model", error.code, error.message) from error
        raise Unavailable(error.code, error.message) from error


@contextlib.contextmanager
def refusing_on(field: str) -> Iterator[None]:
    """What the engine refuses within is the site's own error on that field of the request."""
    try:
        yield
    except EngineError as error:
        status = _STATUSES.get(error.code)
        raise DomainError.on_field(field, error.code, error.message, status=status) from error
