"""Real photos and the real model. `make test` has put the bundles there (`manage.py fetch_model`)."""

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray
from PIL import Image

from poses.engine import models
from poses.engine.detector import DetectionSettings, MediaPipeDetector
from poses.engine.models import Model
from poses.engine.people import Person

MODELS = Path(__file__).resolve().parents[3] / "var" / "models"
Pixels = NDArray[np.uint8]


@pytest.fixture(scope="session")
def model() -> Model:
    return models.find_model(MODELS, models.STANDARD)


@pytest.fixture(scope="session")
def unpruned() -> Model:
    if models.UNPRUNED not in models.find_models(MODELS):
        pytest.skip("the unpruned bundle is not installed: run: manage.py fetch_model --unpruned")
    return models.find_model(MODELS, models.UNPRUNED)


@pytest.fixture(scope="session")
def astronaut() -> Pixels:
    """512 × 512, one woman from the waist up."""
    return np.ascontiguousarray(skimage.data.astronaut())


@pytest.fixture(scope="session")
def photographer() -> Pixels:
    """512 × 512, one man in a field, seen from the side, in grey."""
    return np.ascontiguousarray(np.dstack([skimage.data.camera()] * 3))


@pytest.fixture(scope="session")
def hopper() -> Pixels:
    """512 × 600, one woman, head and shoulders."""
    with Image.open(Path(mpl.get_data_path(), "sample_data", "grace_hopper.jpg")) as image:
        return np.asarray(image.convert("RGB"))


@pytest.fixture(scope="session")
def pair(astronaut: Pixels) -> Pixels:
    """1280 × 720, the astronaut twice, side by side on white."""
    canvas = np.full((720, 1280, 3), 255, np.uint8)
    canvas[100:612, 40:552] = canvas[100:612, 728:1240] = astronaut
    return canvas


@pytest.fixture
def detect(real_detector: MediaPipeDetector, model: Model) -> Callable[..., tuple[Person, ...]]:
    def detect(pixels: Pixels, **settings: float) -> tuple[Person, ...]:
        return real_detector.detect(pixels, model=model, settings=DetectionSettings(**settings))

    return detect
