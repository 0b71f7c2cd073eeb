"""Photos a second of our detector over stock MediaPipe, same photos and threads, keypoints compared bit for bit."""

from common import MODELS, THREADS, StockLoop, finish, in_threads, median, photos, stock_decode, stock_detect

from poses.engine import models
from poses.engine.detector import DetectionSettings, MediaPipeDetector
from poses.engine.models import Model

ROUNDS = 15
REPEATS = 12


def main() -> None:
    pictures = [stock_decode(jpeg) for jpeg in photos()]
    model = models.find_model(MODELS, models.STANDARD)
    settings = DetectionSettings(people=1)
    detector = MediaPipeDetector(threads=THREADS)
    stock = StockLoop(THREADS)
    work = pictures * REPEATS

    def ours(number: int) -> None:
        for pixels in work[number::THREADS]:
            detector.detect(pixels, model=model, settings=settings)

    def theirs(number: int) -> None:
        for pixels in work[number::THREADS]:
            stock_detect(stock.landmarkers[number], pixels)

    differing = _differing(pictures, detector, model, settings, stock)
    our_rates, stock_rates = [], []
    for _ in range(ROUNDS):
        stock_rates.append(len(work) / in_threads(theirs, THREADS))
        our_rates.append(len(work) / in_threads(ours, THREADS))
    detector.close()
    stock.close()
    print(f"photos whose keypoints differ in any bit: {differing} of {len(pictures)}")
    print(f"medians on {THREADS} threads: stock {median(stock_rates):.1f}/s, ours {median(our_rates):.1f}/s")
    ratio = median([our_rate / stock_rate for our_rate, stock_rate in zip(our_rates, stock_rates, strict=True)])
    finish("engine", ratio if not differing else 0.0, at_least=1.25)


def _differing(
    pictures: list, detector: MediaPipeDetector, model: Model, settings: DetectionSettings, stock: StockLoop
) -> int:
    """How many photos have a keypoint or world landmark that is not the very same number."""
    differing = 0
    for pixels in pictures:
        found = detector.detect(pixels, model=model, settings=settings)
        result = stock_detect(stock.landmarkers[0], pixels)
        ours = [[(p.x, p.y, p.z, p.visibility, p.presence) for p in (*one.keypoints, *one.world)] for one in found]
        theirs = [
            [(p.x, p.y, p.z, p.visibility, p.presence) for p in (*points, *world)]
            for points, world in zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)
        ]
        differing += ours != theirs or not ours
    return differing


if __name__ == "__main__":
    main()
