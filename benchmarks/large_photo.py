"""Time of a 12-megapixel JPEG through the engine over the same with full decode, and how far its keypoints move.

The distance is the median over the visible points of all photos, as a share of each body's size: the diagonal of the
box around all 33 points, which for a photo from the waist up reaches as far as the legs are thought to.
"""

import time

import numpy as np
from common import MODELS, finish, large_photos, median

from poses.engine import decode, models
from poses.engine.decode import DecodedPhoto
from poses.engine.detector import DetectionSettings, MediaPipeDetector
from poses.engine.people import Person

ROUNDS = 4
MAX_DISTANCE = 0.006  # the model's own jitter
VISIBLE = 0.5


def main() -> None:
    jpegs = large_photos()
    model = models.find_model(MODELS, models.STANDARD)
    settings = DetectionSettings(people=1)
    detector = MediaPipeDetector(threads=1)

    def through(jpeg: bytes, target_side: int | None) -> tuple[float, DecodedPhoto, tuple[Person, ...]]:
        started = time.perf_counter()
        photo = decode.decode(jpeg, target_side=target_side)
        people = detector.detect(photo.pixels, model=model, settings=settings)
        return time.perf_counter() - started, photo, people

    through(jpegs[0], decode.MODEL_SIDE)
    reduced, full, distances = [], [], []
    for round_number in range(ROUNDS):
        for jpeg in jpegs:
            seconds, photo, small = through(jpeg, decode.MODEL_SIDE)
            reduced.append(seconds)
            seconds, _, whole = through(jpeg, None)
            full.append(seconds)
            if len(small) != len(whole):
                raise RuntimeError(f"{len(small)} people found in the reduced photo, {len(whole)} in the whole one")
            if round_number == 0 and whole:  # one is enlarged so far that the model finds nobody, either way
                distances += _distances(small[0], whole[0], photo)
    detector.close()
    distance = median(distances)
    print(f"medians: reduced {median(reduced) * 1000:.1f} ms, full {median(full) * 1000:.1f} ms")
    print(f"median distance of {len(distances)} visible points over body size: {distance:.4f}, goal <= {MAX_DISTANCE}")
    ratio = median([small / large for small, large in zip(reduced, full, strict=True)])
    finish("large_photo", ratio if distance <= MAX_DISTANCE else float("inf"), at_most=0.6)


def _distances(a: Person, b: Person, photo: DecodedPhoto) -> list[float]:
    ours, theirs = (np.array([(p.x * photo.width, p.y * photo.height) for p in one.keypoints]) for one in (a, b))
    size = float(np.linalg.norm(theirs.max(axis=0) - theirs.min(axis=0)))
    visible = [point.visibility >= VISIBLE for point in b.keypoints]
    return [float(distance) / size for distance in np.linalg.norm(ours - theirs, axis=1)[visible]]


if __name__ == "__main__":
    main()
