"""Time of a 12-megapixel JPEG through the engine over the same with full decode, and how far its keypoints move."""

import time

import numpy as np
from common import MODELS, finish, large_photo, median

from poses.engine import decode, models
from poses.engine.detector import DetectionSettings, MediaPipeDetector
from poses.engine.people import Keypoint, Person

ROUNDS = 15
MAX_DISTANCE = 0.006  # the model's own jitter
VISIBLE = 0.5


def main() -> None:
    jpeg = large_photo()
    model = models.find_model(MODELS, models.STANDARD)
    settings = DetectionSettings(people=1)
    detector = MediaPipeDetector(threads=1)

    def through(target_side: int | None) -> tuple[float, Person]:
        started = time.perf_counter()
        photo = decode.decode(jpeg, target_side=target_side)
        person = detector.detect(photo.pixels, model=model, settings=settings)[0]
        return time.perf_counter() - started, person

    through(decode.MODEL_SIDE)
    reduced, full = [], []
    for _ in range(ROUNDS):
        seconds, small_person = through(decode.MODEL_SIDE)
        reduced.append(seconds)
        seconds, full_person = through(None)
        full.append(seconds)
    detector.close()
    distance = _distance(small_person, full_person)
    print(f"medians: reduced {median(reduced) * 1000:.1f} ms, full {median(full) * 1000:.1f} ms")
    print(f"median distance of visible keypoints over the body's size: {distance:.4f} (at most {MAX_DISTANCE})")
    ratio = median([small / large for small, large in zip(reduced, full, strict=True)])
    finish("large_photo", ratio if distance <= MAX_DISTANCE else float("inf"), at_most=0.6)


def _distance(a: Person, b: Person) -> float:
    """Median over the visible points, as a share of the diagonal of the visible points' box (4:3 photo)."""
    visible = [index for index, point in enumerate(b.keypoints) if point.visibility >= VISIBLE]
    ours, theirs = (np.array([_pixels(one.keypoints[index]) for index in visible]) for one in (a, b))
    size = float(np.linalg.norm(theirs.max(axis=0) - theirs.min(axis=0)))
    return float(np.median(np.linalg.norm(ours - theirs, axis=1))) / size


def _pixels(point: Keypoint) -> tuple[float, float]:
    return point.x * 4000, point.y * 3000


if __name__ == "__main__":
    main()
