"""Rows a second of an import over pandas and OpenCV on the whole file in memory, without a database.

Also the most memory that an import of a million rows needs, in MB, and how much faster an import is than the obvious
way: a record a row, a picture resized by Pillow for each. Of that `bulk_create` is measured, the kinder of two ways to
store them.
"""

import csv
import io
import itertools
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from common import median
from depth_scans import (
    THIN_WIDTH,
    Goal,
    environments,
    finish_all,
    import_scan,
    in_process_of_site,
    obvious_model,
    set_up,
    write_csv,
)
from PIL import Image

ROWS, MANY_ROWS, OBVIOUS_ROWS = 100_000, 1_000_000, 20_000
ROUNDS = 5
MOST_MB = 300


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="posesite-bench-") as made, environments(Path(made)) as sites:
        folder = Path(made)
        few, many = folder / "few.csv", folder / "many.csv"
        write_csv(few, ROWS)
        rates = {}
        for engine, environment in sites.items():
            print(f"{engine}: {ROWS:,} rows of 200 values, {few.stat().st_size / 1e6:.0f} MB", flush=True)
            rates[engine] = in_process_of_site(__file__, "rates", environment, str(few))
        write_csv(many, MANY_ROWS)
        peaks = {}
        for engine, environment in sites.items():
            peaks[engine] = in_process_of_site(__file__, "memory", environment, str(many))["megabytes"]
            print(f"{engine}: {MANY_ROWS:,} rows took {peaks[engine]:.0f} MB at most", flush=True)
    finish_all(
        Goal("depth_import", rates["sqlite"]["over_pandas"], 0.5, is_least=True),
        Goal("depth_import_memory", peaks["sqlite"], MOST_MB, is_least=False),
        Goal("depth_import_over_obvious", rates["sqlite"]["over_obvious"], 10, is_least=True),
    )


def measure_rates(path: Path) -> dict[str, float]:
    """All three in turns; medians of the ratios of a round."""
    set_up()
    rows = obvious_model()
    seconds_of_obvious(path, rows, 500)
    seconds_of_pandas(path)
    over_pandas, over_obvious = [], []
    for number in range(1, ROUNDS + 1):
        stock = ROWS / seconds_of_pandas(path)
        ours = ROWS / seconds_of_import(path)
        obvious = OBVIOUS_ROWS / seconds_of_obvious(path, rows, OBVIOUS_ROWS)
        print(f"round {number}: pandas {stock:,.0f} rows/s, import {ours:,.0f}, obvious way {obvious:,.0f}")
        over_pandas.append(ours / stock)
        over_obvious.append(ours / obvious)
    print(f"medians: {median(over_pandas):.2f} of pandas, {median(over_obvious):.1f} times the obvious way")
    return {"over_pandas": median(over_pandas), "over_obvious": median(over_obvious)}


def seconds_of_pandas(path: Path) -> float:
    """The yardstick."""
    import pandas as pd

    started = time.perf_counter()
    grey = pd.read_csv(path).iloc[:, 1:].to_numpy().astype(np.uint8)
    thin = cv2.resize(grey, (THIN_WIDTH, len(grey)), interpolation=cv2.INTER_AREA)
    seconds = time.perf_counter() - started
    if thin.shape != (ROWS, THIN_WIDTH):
        raise RuntimeError(f"the yardstick made {thin.shape}")
    return seconds


def seconds_of_import(path: Path) -> float:
    """From the file's arrival to the scan that everybody sees; it is removed afterwards."""
    from frames.services import scans

    started = time.perf_counter()
    scan = import_scan(path)
    seconds = time.perf_counter() - started
    if scan.row_count != ROWS:
        raise RuntimeError(f"the scan has {scan.row_count} rows")
    scans.delete(scan)
    return seconds


def seconds_of_obvious(path: Path, model: Any, count: int) -> float:
    """The file's first rows, one after the other; the records are removed afterwards."""
    started = time.perf_counter()
    with path.open(newline="") as stream:
        lines = csv.reader(stream)
        next(lines)
        model.objects.bulk_create([record_of(model, line) for line in itertools.islice(lines, count)], batch_size=500)
    seconds = time.perf_counter() - started
    if model.objects.count() != count:
        raise RuntimeError(f"{model.objects.count()} records were made")
    model.objects.all().delete()
    return seconds


def record_of(model: Any, line: list[str]) -> Any:
    """A row as the obvious way keeps it."""
    grey = np.array([int(cell) for cell in line[1:]], np.uint8)
    picture = Image.fromarray(grey[None]).resize((THIN_WIDTH, 1), Image.Resampling.BOX)
    target = io.BytesIO()
    picture.save(target, "PNG")
    return model(depth=float(line[0]), original=grey.tobytes(), resized=target.getvalue())


def measure_memory(path: Path) -> dict[str, float]:
    """The process's high-water mark when it has imported a file, and done nothing else."""
    set_up()
    started = time.perf_counter()
    scan = import_scan(path)
    print(f"{scan.row_count:,} rows in {time.perf_counter() - started:.1f} s")
    status = Path("/proc/self/status").read_text().splitlines()
    [peak] = [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
    return {"megabytes": peak * 1024 / 1e6}


if __name__ == "__main__":
    parts = {"rates": measure_rates, "memory": measure_memory}
    if sys.argv[1:]:
        print(json.dumps(parts[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()
