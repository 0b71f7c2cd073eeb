"""The one file that imports mediapipe, and only when a function is called: the import takes a second and 200 MB."""

import functools
import os
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mediapipe.tasks.python.vision.pose_landmarker import PoseLandmarker, PoseLandmarkerResult

Landmarker: TypeAlias = "PoseLandmarker"

# The C++ side logs every start to standard error; warnings and errors stay.
os.environ.setdefault("GLOG_minloglevel", "2")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@functools.cache
def version() -> str:
    """The installed mediapipe's version."""
    return metadata.version("mediapipe")


def create_landmarker(bundle: Path, *, people: int, min_detection: float, min_presence: float) -> Landmarker:
    """A pose landmarker in IMAGE mode; the caller closes it.

    Raises OSError where a system library is missing, RuntimeError or ValueError where the bundle is not one.
    """
    from mediapipe.tasks.python.core.base_options import BaseOptions
    from mediapipe.tasks.python.vision.core.vision_task_running_mode import VisionTaskRunningMode
    from mediapipe.tasks.python.vision.pose_landmarker import PoseLandmarker, PoseLandmarkerOptions

    return PoseLandmarker.create_from_options(
        PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(bundle)),
            running_mode=VisionTaskRunningMode.IMAGE,
            num_poses=people,
            min_pose_detection_confidence=min_detection,
            min_pose_presence_confidence=min_presence,
        )
    )


def detect(landmarker: Landmarker, pixels: NDArray[np.uint8]) -> "PoseLandmarkerResult":
    """MediaPipe's own result for RGB pixels of shape (height, width, 3)."""
    from mediapipe.tasks.python.vision.core.image import Image, ImageFormat

    # MediaPipe reads memory from end to end whatever the strides say, and finds nobody in the jumble.
    return landmarker.detect(Image(ImageFormat.SRGB, np.ascontiguousarray(pixels)))


def tflite_schema() -> Any:
    """The generated flatbuffers module for TFLite models (`ModelT` and its kin)."""
    from mediapipe.tasks.metadata import schema_py_generated

    return schema_py_generated


def metadata_schema() -> Any:
    """The generated flatbuffers module for TFLite model metadata (`ModelMetadataT` and its kin)."""
    from mediapipe.tasks.metadata import metadata_schema_py_generated

    return metadata_schema_py_generated
