"""Finding people: the `Detector` protocol and MediaPipe behind it, one landmarker a thread.

A landmarker shared by two threads takes turns, so each caller gets one of its own out of a pool that is as wide as the
cores. None may be made before a fork: a forked child of a process that has used the model hangs or aborts, so the pool
refuses there instead.
"""

import atexit
import os
import queue
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from . import landmarks, runtime
from .errors import ModelUnavailable
from .geometry import bounding_box, mean_visibility
from .models import Model
from .people import Keypoint, Person, WorldLandmark
from .runtime import Landmarker, Point

MIN_PEOPLE, MAX_PEOPLE = 1, 10
# A landmarker takes 76 MB and 60 ms to make; the pool keeps those of the last few settings for each.
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
        """The people in upright RGB pixels of shape (height, width, 3), in the model's order; none where it finds none.

        Raises ModelUnavailable where the model cannot be loaded.
        """
        ...


class MediaPipeDetector:
    """A bounded pool of landmarkers; callers wait for their turn.

    At most `threads` callers detect at a time (None: as many as the process may use cores), each with landmarkers that
    no other thread touches meanwhile. Close it, or let the interpreter's exit do so.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        self.threads = threads or len(os.sched_getaffinity(0))
        self._process_id = 0
        self._lock = threading.Lock()
        self._free: queue.LifoQueue[_Landmarkers] = queue.LifoQueue()
        for _ in range(self.threads):
            self._free.put(_Landmarkers())

    def detect(self, pixels: NDArray[np.uint8], *, model: Model, settings: DetectionSettings) -> tuple[Person, ...]:
        """See Detector."""
        self._check_process()
        landmarkers = self._free.get()
        try:
            people = runtime.detect(landmarkers.get(model, settings), pixels)
        finally:
            self._free.put(landmarkers)
        return tuple(_person(found, world) for found, world in people)

    def close(self) -> None:
        """Frees every landmarker once it is not at work; the next detection makes new ones."""
        if self._process_id != os.getpid():
            return
        taken = [self._free.get() for _ in range(self.threads)]
        for landmarkers in taken:
            landmarkers.close()
            self._free.put(landmarkers)

    def _check_process(self) -> None:
        process_id = os.getpid()
        if self._process_id == process_id:
            return
        if self._process_id:  # asked before the lock, which a fork may have left taken for ever
            raise RuntimeError("The pose model was used before this process was forked; use it after the fork.")
        with self._lock:
            if not self._process_id:
                atexit.register(self.close)
                self._process_id = process_id


class _Landmarkers:
    """Landmarkers by model and settings for one caller at a time, the least recently used closed first."""

    def __init__(self) -> None:
        self._by_key: OrderedDict[tuple[Model, DetectionSettings], Landmarker] = OrderedDict()

    def get(self, model: Model, settings: DetectionSettings) -> Landmarker:
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


def _created(model: Model, settings: DetectionSettings) -> Landmarker:
    try:
        return runtime.create_landmarker(
            model.path,
            people=settings.people,
            min_detection=settings.min_detection_confidence,
            min_presence=settings.min_presence_confidence,
        )
    except (OSError, RuntimeError, ValueError) as error:
        # The runtime's own words name paths of this machine; they stay in the chained error, for the log.
        raise ModelUnavailable(
            "model_broken", f'The pose model "{model.name}" cannot be loaded. The log has the reason.'
        ) from error


def _person(found: list[Point], world: list[Point]) -> Person:
    keypoints = tuple(Keypoint(name, *point) for name, point in zip(landmarks.NAMES, found, strict=True))
    return Person(
        keypoints=keypoints,
        world=tuple(WorldLandmark(name, *point) for name, point in zip(landmarks.NAMES, world, strict=True)),
        score=mean_visibility(keypoints),
        box=bounding_box(keypoints),
    )
