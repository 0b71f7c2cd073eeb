"""The pool: one landmarker a caller, few kept, all closed, none carried over a fork."""

import os
import subprocess
import sys
import threading
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from poses.engine import detector as engine
from poses.engine import runtime
from poses.engine.detector import DetectionSettings, MediaPipeDetector
from poses.engine.errors import ModelUnavailable
from poses.engine.models import Model

pytestmark = pytest.mark.mediapipe

ROOT = Path(__file__).resolve().parents[3]


class Counted:
    """The settings of the landmarkers made and closed, and how many callers were at work and shared one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[DetectionSettings] = []
        self.closed: list[DetectionSettings] = []
        self.most_at_work = 0
        self.shared = 0
        self._at_work: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._create, self._detect = engine._created, runtime.detect
        monkeypatch.setattr(engine, "_created", self._counted_creation)
        monkeypatch.setattr(runtime, "detect", self._counted_detection)

    def _counted_creation(self, model: Model, settings: DetectionSettings) -> object:
        self.made.append(settings)
        landmarker = self._create(model, settings)
        close, is_open = landmarker.close, [True]

        def counted_close() -> None:
            if is_open:  # the landmarker's own __del__ closes once more
                is_open.clear()
                self.closed.append(settings)
            close()

        landmarker.close = counted_close
        return landmarker

    def _counted_detection(self, landmarker: object, pixels: np.ndarray) -> object:
        with self._lock:
            self._at_work[id(landmarker)] += 1
            self.shared += self._at_work[id(landmarker)] > 1
            self.most_at_work = max(self.most_at_work, self._at_work.total())
        try:
            return self._detect(landmarker, pixels)
        finally:
            with self._lock:
                self._at_work[id(landmarker)] -= 1


@pytest.fixture
def counted(monkeypatch) -> Counted:
    return Counted(monkeypatch)


def shifted(pixels: np.ndarray, count: int) -> list[np.ndarray]:
    return [np.roll(pixels, (index, 2 * index), axis=(0, 1)) for index in range(count)]


def test_four_callers_find_what_one_finds_on_two_landmarkers_that_they_never_share(model, astronaut, counted):
    photos = shifted(astronaut, 20)
    settings = DetectionSettings()
    pool = MediaPipeDetector(threads=2)
    try:
        serial = [pool.detect(photo, model=model, settings=settings) for photo in photos]
        with ThreadPoolExecutor(4) as callers:
            futures = [callers.submit(pool.detect, photo, model=model, settings=settings) for photo in photos * 2]
            parallel = [future.result(timeout=60) for future in futures]
    finally:
        pool.close()
    assert all(len(people) == 1 for people in serial)
    assert parallel == serial * 2
    assert (counted.most_at_work, counted.shared) == (2, 0)
    assert counted.made == counted.closed == [settings] * 2


def test_a_caller_keeps_two_settings_and_closes_the_least_recently_used(model, astronaut, counted):
    one, two, three = (DetectionSettings(people=people) for people in (1, 2, 3))
    pool = MediaPipeDetector(threads=1)
    try:
        for settings in (one, two, one, three, one):
            assert len(pool.detect(astronaut, model=model, settings=settings)) == 1
        assert counted.made == [one, two, three]
        assert counted.closed == [two]
        pool.detect(astronaut, model=model, settings=two)
        assert counted.closed == [two, three]
    finally:
        pool.close()
    assert Counter(counted.closed) == Counter([two, three, one, two])


def test_after_closing_it_detects_again(model, astronaut, counted):
    pool = MediaPipeDetector(threads=1)
    first = pool.detect(astronaut, model=model, settings=DetectionSettings())
    pool.close()
    pool.close()
    assert len(counted.closed) == 1
    assert pool.detect(astronaut, model=model, settings=DetectionSettings()) == first
    pool.close()
    assert len(counted.made) == len(counted.closed) == 2


def test_closing_what_was_never_used_does_nothing():
    MediaPipeDetector().close()


def test_the_pool_is_as_wide_as_the_process_may_use_cores():
    assert MediaPipeDetector().threads == len(os.sched_getaffinity(0))
    assert MediaPipeDetector(threads=3).threads == 3


def test_closing_waits_for_the_detection_at_work(model, astronaut, counted, monkeypatch):
    started, may_end = threading.Event(), threading.Event()
    detect = runtime.detect

    def slow(landmarker: object, pixels: np.ndarray) -> object:
        started.set()
        assert may_end.wait(30)
        return detect(landmarker, pixels)

    monkeypatch.setattr(runtime, "detect", slow)
    pool = MediaPipeDetector(threads=1)
    with ThreadPoolExecutor(2) as callers:
        found = callers.submit(pool.detect, astronaut, model=model, settings=DetectionSettings())
        assert started.wait(30)
        closing = callers.submit(pool.close)
        assert not counted.closed
        may_end.set()
        assert len(found.result(timeout=30)) == 1
        closing.result(timeout=30)
    assert len(counted.closed) == 1


@pytest.mark.parametrize("people", [0, 11, -1])
def test_people_are_1_to_10(people):
    with pytest.raises(ValueError, match="people must be 1 to 10"):
        DetectionSettings(people=people)


@pytest.mark.parametrize("name", ["min_detection_confidence", "min_presence_confidence"])
@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_confidences_are_0_to_1(name, value):
    with pytest.raises(ValueError, match=f"{name} must be 0 to 1"):
        DetectionSettings(**{name: value})


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("kind", ["gone", "junk", "empty archive", "half the models", "models of zeros"])
def test_a_broken_bundle_is_one_clear_error_and_the_pool_goes_on(tmp_path, model, astronaut, kind):
    path = tmp_path / "broken.task"
    if kind == "junk":
        path.write_bytes(b"no archive" * 100)
    elif kind == "empty archive":
        zipped(path)
    elif kind == "half the models":
        zipped(path, **{"pose_detector.tflite": b"no model"})
    elif kind == "models of zeros":
        zipped(path, **{"pose_detector.tflite": bytes(4096), "pose_landmarks_detector.tflite": bytes(4096)})
    pool = MediaPipeDetector(threads=1)
    try:
        with pytest.raises(ModelUnavailable) as caught:
            pool.detect(astronaut, model=Model("broken", path, ""), settings=DetectionSettings())
        assert len(pool.detect(astronaut, model=model, settings=DetectionSettings())) == 1
    finally:
        pool.close()
    assert caught.value.code == "model_broken"
    assert '"broken"' in caught.value.message
    assert str(tmp_path) not in caught.value.message


def run_script(text: str, model: Model) -> "subprocess.CompletedProcess[str]":
    head = f"""
import os, sys, warnings
from pathlib import Path
import numpy as np
from poses.engine.detector import DetectionSettings, MediaPipeDetector
from poses.engine.models import Model
warnings.simplefilter("ignore")
model = Model("full", Path({str(model.path)!r}), "")
pixels = np.zeros((64, 64, 3), np.uint8)
pool = MediaPipeDetector(threads=1)
def detect():
    return pool.detect(pixels, model=model, settings=DetectionSettings())
"""
    return subprocess.run(
        [sys.executable, "-c", head + text], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_process_that_detects_exits_cleanly(model):
    done = run_script("print(detect())", model)
    assert (done.returncode, done.stdout) == (0, "()\n")
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr


FORK = """
{before}
child = os.fork()
if not child:
    try:
        {inside}
    except RuntimeError as error:
        print(error, flush=True)
        os._exit(7)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), detect(), flush=True)
"""


@pytest.mark.parametrize(
    ("before", "inside"),
    [("detect()", "detect()"), ("detect()", "pool.close(); detect()"), ("detect(); pool.close()", "detect()")],
    ids=["used", "closed in the child", "closed in the parent"],
)
def test_after_a_fork_the_child_gets_a_clear_error_and_the_parent_goes_on(model, before, inside):
    done = run_script(FORK.format(before=before, inside=inside), model)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "The pose model was used before this process was forked; use it after the fork.",
        "7 ()",
    ]


def test_a_child_forked_before_the_first_use_detects(model):
    done = run_script(FORK.format(before="", inside="assert detect() == ()"), model)
    assert (done.returncode, done.stdout) == (0, "0 ()\n"), done.stderr


def test_a_forked_child_that_exits_by_itself_does_not_hang(model):
    text = "detect()\nchild = os.fork()\nif not child:\n    sys.exit(5)\n"
    text += "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)"
    done = run_script(text, model)
    assert (done.returncode, done.stdout) == (0, "5\n"), done.stderr
    assert "Traceback" not in done.stderr
