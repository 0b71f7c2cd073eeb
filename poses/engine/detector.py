"""Finding people: the `Detector` protocol and MediaPipe behind it, one landmarker a thread.

A landmarker shared by two threads takes turns, so each thread of the pool makes its own on first use. None may be made
before a fork: a forked child of a process that has used the model hangs or aborts, so the pool refuses there instead.
"""

import atexit
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from . import landmarks, runtime
from .errors import ModelUnavailable
from .geometry import bounding_box, mean_visibility
from .models import Model
from .people import Keypoint, Person, WorldLandmark

if TYPE_CHECKING:
    from mediapipe.tasks.python.vision.pose_landmarker import PoseLandmarker

_T = TypeVar("_T")

MIN_PEOPLE, MAX_PEOPLE = 1, 10
# A landmarker takes 76 MB and 60 ms to make; a thread keeps those of its last few settings.
_LANDMARKERS_A_THREAD = 2


@dataclass(frozen=True, slots=True)
class DetectionSettings:
    """How many people to look for (1 to 10) and how sure to be of each, as a person and as present (0 to 1)."""

    people: int = 1
    min_detection_confidence: float = 0.5
    min_presence_confidence: float = 0.5

    def __post_init__(self) -> None:
        if not MIN_PEOPLE <= self.people <= MAX_PEOPLE:
            raise ValueError(f"people must be {MIN_PEOPLE} to {MAX_PEOPLE}, not {self.people}")
        for name in ("min_detection_confidence", "min_presence_confidence"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be 0 to 1, not {getattr(self, name)}")


class Detector(Protocol):
    """Finds people in pixels."""

    def detect(self, pixels: NDArray[np.uint8], *, model: Model, settings: DetectionSettings) -> tuple[Person, ...]:
        """The people in upright RGB pixels of shape (height, width, 3), in the model's order; empty where it finds none.

        Raises ModelUnavailable where the model cannot be loaded.
        """
        ...


class MediaPipeDetector:
    """A bounded pool of threads that run MediaPipe; callers wait for their turn.

    `threads` None means as many as the process may use cores. Close it, or let the interpreter's exit do so.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        self.threads = threads or len(os.sched_getaffinity(0))
        self._lock = threading.Lock()
        self._executor: ThreadPoolExecutor | None = None
        self._process_id = 0
        self._local = threading.local()
        self._opened: list[_Landmarkers] = []

    def detect(self, pixels: NDArray[np.uint8], *, model: Model, settings: DetectionSettings) -> tuple[Person, ...]:
        """See Detector."""
        return self.run(lambda: self._detect(pixels, model, settings))

    def run(self, work: Callable[[], _T]) -> _T:
        """Runs `work` on a thread of the pool and waits for its result."""
        return self._started().submit(work).result()

    def close(self) -> None:
        """Ends the threads and frees every landmarker; the next detection starts afresh."""
        with self._lock:
            if self._executor and self._process_id == os.getpid():
                self._executor.shutdown()
                for landmarkers in self._opened:
                    landmarkers.close()
            self._executor, self._opened, self._local = None, [], threading.local()

    def _started(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(self.threads, thread_name_prefix="pose")
                self._process_id = os.getpid()
                atexit.register(self.close)
            elif self._process_id != os.getpid():
                raise RuntimeError("The pose model was used before this process was forked; it must be made after the fork.")
            return self._executor

    def _detect(self, pixels: NDArray[np.uint8], model: Model, settings: DetectionSettings) -> tuple[Person, ...]:
        landmarkers = getattr(self._local, "landmarkers", None)
        if landmarkers is None:
            landmarkers = self._local.landmarkers = _Landmarkers()
            self._opened.append(landmarkers)
        return _people(runtime.detect(landmarkers.get(model, settings), pixels))


class _Landmarkers:
    """One thread's landmarkers by model and settings, the least recently used closed first."""

    def __init__(self) -> None:
        self._by_key: OrderedDict[tuple[Model, DetectionSettings], PoseLandmarker] = OrderedDict()

    def get(self, model: Model, settings: DetectionSettings) -> "PoseLandmarker":
        key = (model, settings)
        if key not in self._by_key:
            while len(self._by_key) >= _LANDMARKERS_A_THREAD:
                self._by_key.popitem(last=False)[1].close()
            self._by_key[key] = _created(model, settings)
        self._by_key.move_to_end(key)
        return self._by_key[key]

    def close(self) -> None:
        while self._by_key:
            self._by_key.popitem()[1].close()


def _created(model: Model, settings: DetectionSettings) -> "PoseLandmarker":
    try:
        return runtime.create_landmarker(
            model.path,
            people=settings.people,
            min_detection=settings.min_detection_confidence,
            min_presence=settings.min_presence_confidence,
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelUnavailable("model_broken", f'The pose model "{model.name}" cannot be loaded: {error}') from error


def _people(result: Any) -> tuple[Person, ...]:
    return tuple(
        _person(found, world) for found, world in zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)
    )


def _person(found: list[Any], world: list[Any]) -> Person:
    keypoints = tuple(
        Keypoint(name, point.x, point.y, point.z, point.visibility, point.presence)
        for name, point in zip(landmarks.NAMES, found, strict=True)
    )
    return Person(
        keypoints=keypoints,
        world=tuple(
            WorldLandmark(name, point.x, point.y, point.z, point.visibility, point.presence)
            for name, point in zip(landmarks.NAMES, world, strict=True)
        ),
        score=mean_visibility(keypoints),
        box=bounding_box(keypoints),
    )
