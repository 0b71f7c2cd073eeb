"""The one file that imports mediapipe, and only when a function is called: the import takes a second and 200 MB."""

import ctypes
import functools
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mediapipe.tasks.python.vision.pose_landmarker import PoseLandmarker

Landmarker: TypeAlias = "PoseLandmarker"
_T = TypeVar("_T")

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

    landmarker = PoseLandmarker.create_from_options(
        PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(bundle)),
            running_mode=VisionTaskRunningMode.IMAGE,
            num_poses=people,
            min_pose_detection_confidence=min_detection,
            min_pose_presence_confidence=min_presence,
        )
    )
    _call_on_the_callers_thread(landmarker)
    return landmarker


class _Inline(Executor):
    """Runs what is submitted at once, on the thread that submits it."""

    def submit(self, work: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        future: Future[_T] = Future()
        future.set_result(work(*args, **kwargs))
        return future


def _call_on_the_callers_thread(landmarker: Landmarker) -> None:
    """Takes out the thread that mediapipe puts between each caller and its landmarker.

    It keeps two callers from using one landmarker at a time, which the detector's pool does already; what is left of it
    is two changes of thread for each of the calls of a detection, under the interpreter's lock.
    """
    from mediapipe.tasks.python.vision import pose_landmarker

    dispatcher = landmarker._lib
    for signature in pose_landmarker._CTYPES_SIGNATURES:
        setattr(dispatcher, signature.func_name, signature.create_python_wrapper(dispatcher._lib, _Inline()))


# What MediaPipe says of one point: x, y, z, visibility, presence.
Point: TypeAlias = tuple[float, float, float, float, float]


def detect(landmarker: Landmarker, pixels: NDArray[np.uint8]) -> list[tuple[list[Point], list[Point]]]:
    """For each person found in RGB pixels of shape (height, width, 3): the points on the photo and in metres.

    The same numbers as `PoseLandmarker.detect` gives, read out of MediaPipe's own memory as two arrays a person; its
    wrapper makes an object a point, which takes ten times as long.
    """
    from mediapipe.tasks.python.vision import pose_landmarker
    from mediapipe.tasks.python.vision.core.image import Image, ImageFormat

    # MediaPipe reads memory from end to end whatever the strides say, and finds nobody in the jumble.
    image = Image(ImageFormat.SRGB, np.ascontiguousarray(pixels))
    result = pose_landmarker.MpPoseLandmarkerResultC()
    library = landmarker._lib
    library.MpPoseLandmarkerDetectImage(landmarker._handle, image._image_ptr, None, ctypes.byref(result))
    try:
        return [
            (_points(result.pose_landmarks[number]), _points(result.pose_world_landmarks[number]))
            for number in range(result.pose_landmarks_count)
        ]
    finally:
        library.MpPoseLandmarkerCloseResult(ctypes.byref(result))


def _points(landmarks: Any) -> list[Point]:
    """A C array of landmarks as tuples of numbers."""
    first = landmarks.landmarks
    layout = _layout(first._type_)
    content = ctypes.string_at(first, landmarks.landmarks_count * layout.itemsize)
    return np.frombuffer(content, layout).tolist()  # type: ignore[no-any-return]


@functools.cache
def _layout(struct: type[ctypes.Structure]) -> np.dtype[np.void]:
    """Where the five numbers lie in MediaPipe's struct for a landmark."""
    names = ("x", "y", "z", "visibility", "presence")
    offsets = [getattr(struct, name).offset for name in names]
    return np.dtype({"names": names, "formats": ["f4"] * 5, "offsets": offsets, "itemsize": ctypes.sizeof(struct)})


def tflite_schema() -> Any:
    """The generated flatbuffers module for TFLite models (`ModelT` and its kin)."""
    from mediapipe.tasks.metadata import schema_py_generated

    return schema_py_generated


def metadata_schema() -> Any:
    """The generated flatbuffers module for TFLite model metadata (`ModelMetadataT` and its kin)."""
    from mediapipe.tasks.metadata import metadata_schema_py_generated

    return metadata_schema_py_generated
