"""Photos a second at quality 50 on one core: `compress` over sharp, the library that Node sites use for it.

Sharp is npm's newest, as it comes but for one thread; both sides are held to one core, because libvips under sharp has
a thread of its own for writing that `concurrency(1)` leaves. The SSIM of both is measured by the same function, and
ours may not be worse. Sharp makes optimal Huffman tables by default, which are most of the difference in time and make
its files smaller; what it takes and writes without them is printed beside it.
"""

import io
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import skimage
from common import finish, large_photos, median, photos
from PIL import Image

from batches.imaging import similarity
from batches.imaging.compress import compress
from batches.imaging.settings import CompressionSettings
from poses.engine import decode

ROUNDS = 8
QUALITY = 50
MAX_SSIM_LOSS = 0.0005
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "posesite-bench" / "sharp"
# Reads jobs of one line and answers each with the seconds that it took, reading and writing of files not counted.
WORKER = """
import fs from "node:fs";
import readline from "node:readline";
import { createRequire } from "node:module";
const sharp = createRequire(process.argv[2] + "/")("sharp");
sharp.concurrency(1);
for await (const line of readline.createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  const content = fs.readFileSync(job.source);
  const started = process.hrtime.bigint();
  const output = await sharp(content).jpeg({ quality: job.quality, optimiseCoding: job.optimise }).toBuffer();
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  fs.writeFileSync(job.target, output);
  console.log(JSON.stringify({ seconds, version: sharp.versions.sharp }));
}
"""


class Sharp:
    """Sharp in a Node process of its own."""

    def __init__(self, folder: Path) -> None:
        CACHE.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(CACHE), "sharp@latest"]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        self.folder = folder
        worker = folder / "worker.mjs"
        worker.write_text(WORKER)
        self.process: Any = subprocess.Popen(
            ["node", str(worker), str(CACHE)],
            env={**os.environ, "UV_THREADPOOL_SIZE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.version = ""

    def compress(self, source: Path, *, optimise: bool = True) -> tuple[float, bytes]:
        """Seconds and the file."""
        target = self.folder / "sharp.jpg"
        job = {"source": str(source), "target": str(target), "quality": QUALITY, "optimise": optimise}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        self.version = answer["version"]
        return answer["seconds"], target.read_bytes()

    def close(self) -> None:
        """Ends the process."""
        self.process.stdin.close()
        self.process.wait(30)


def main() -> None:
    if not shutil.which("npm"):
        raise RuntimeError("Node with npm is needed for the other side of this figure.")
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    settings = CompressionSettings(quality=QUALITY)
    jpegs = [*large_photos()[::2], detailed_photo()]
    with tempfile.TemporaryDirectory(prefix="posesite-bench-") as folder:
        sources = [Path(folder, f"{number}.jpg") for number in range(len(jpegs))]
        for source, jpeg in zip(sources, jpegs, strict=True):
            source.write_bytes(jpeg)
        sharp = Sharp(Path(folder))

        def ours(jpeg: bytes) -> tuple[float, bytes]:
            started = time.perf_counter()
            made = compress(jpeg, settings)
            return time.perf_counter() - started, made.content

        losses = []
        for source, jpeg in zip(sources, jpegs, strict=True):  # also what warms both sides up
            theirs, mine, plain = sharp.compress(source)[1], ours(jpeg)[1], sharp.compress(source, optimise=False)[1]
            ssims = [ssim(jpeg, output) for output in (mine, theirs)]
            losses.append(ssims[1] - ssims[0])
            kilobytes = ", ".join(f"{len(output) / 1000:.0f}" for output in (jpeg, mine, theirs, plain))
            print(
                f"SSIM {ssims[0]:.4f} against {ssims[1]:.4f}; kB of original, ours, sharp's, plain sharp's: {kilobytes}"
            )
        seconds: dict[str, list[float]] = {"ours": [], "sharp": [], "plain sharp": []}
        for _ in range(ROUNDS):
            for source, jpeg in zip(sources, jpegs, strict=True):
                seconds["sharp"].append(sharp.compress(source)[0])
                seconds["ours"].append(ours(jpeg)[0])
                seconds["plain sharp"].append(sharp.compress(source, optimise=False)[0])
        sharp.close()
        print(f"sharp {sharp.version}; medians: " + milliseconds(seconds))
    print_small()
    ratio = median([their / our for their, our in zip(seconds["sharp"], seconds["ours"], strict=True)])
    finish("compress", ratio if max(losses) <= MAX_SSIM_LOSS else 0.0, at_least=1.5)


def detailed_photo() -> bytes:
    """12 megapixels with detail in every pixel, as a good lens gives: photos side by side that are not enlarged."""
    pictures = [skimage.data.astronaut()[:400], skimage.data.coffee()[:400], skimage.data.chelsea()[:300]]
    rows = []
    for number in range(10):
        line = np.concatenate([np.roll(picture, 37 * number, 1)[:300] for picture in pictures * 3], 1)
        rows.append(np.roll(line, 211 * number, 1)[:, :4000])
    target = io.BytesIO()
    Image.fromarray(np.concatenate(rows)).save(target, "JPEG", quality=92)
    return target.getvalue()


def ssim(jpeg: bytes, output: bytes) -> float:
    """Of an output against its original."""
    return similarity.ssim(*(decode.decode(each, target_side=None).pixels for each in (jpeg, output)))


def milliseconds(seconds: dict[str, list[float]]) -> str:
    """The medians in words."""
    return ", ".join(f"{name} {median(values) * 1000:.1f} ms" for name, values in seconds.items())


def print_small() -> None:
    """What a batch pays for a photo of 640 pixels that the gate has decoded already."""
    jpegs = photos()
    settings = CompressionSettings(quality=QUALITY)
    seconds: dict[str, list[float]] = {"compress": [], "cv2.imencode alone": [], "decode for comparison": []}
    for _ in range(20):
        for jpeg in jpegs:
            started = time.perf_counter()
            decoded = decode.decode(jpeg)
            seconds["decode for comparison"].append(time.perf_counter() - started)
            started = time.perf_counter()
            compress(jpeg, settings, decoded=decoded)
            seconds["compress"].append(time.perf_counter() - started)
            pixels = cv2.cvtColor(decoded.pixels, cv2.COLOR_RGB2BGR)
            started = time.perf_counter()
            cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            seconds["cv2.imencode alone"].append(time.perf_counter() - started)
    print(f"640 pixels, pixels given; medians: {milliseconds(seconds)}")


if __name__ == "__main__":
    main()
