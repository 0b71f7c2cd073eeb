"""How long a range of a thousand rows takes out of a million, over the same out of ten thousand.

By the API, through Django's test client: p95 of JSON with a PNG a row, both scans in one database and asked in turns.
Also the p95 of the PNG strip of a thousand rows, in ms, and how much faster the JSON is than the obvious way, by
medians: a thousand records of a table of a million, and for each a colour map by look-up, a PNG by Pillow, and base64.
"""

import base64
import io
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from common import median
from depth_scans import (
    THIN_WIDTH,
    Goal,
    depth_of,
    environments,
    finish_all,
    greys,
    import_scan,
    in_process_of_site,
    obvious_model,
    owner,
    set_up,
    write_csv,
)
from numpy.typing import NDArray
from PIL import Image

FEW_ROWS, MANY_ROWS, RANGE = 10_000, 1_000_000, 1_000
REQUESTS, WARM_UP_ROUNDS, ROUNDS = 60, 1, 5
STRIP_MS = 50


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="posesite-bench-") as made, environments(Path(made)) as sites:
        few, many = Path(made) / "few.csv", Path(made) / "many.csv"
        write_csv(few, FEW_ROWS)
        write_csv(many, MANY_ROWS)
        found = {}
        for engine, environment in sites.items():
            print(f"{engine}: {RANGE:,} rows out of {MANY_ROWS:,} and out of {FEW_ROWS:,}", flush=True)
            found[engine] = in_process_of_site(__file__, "measure", environment, str(few), str(many))
    figures = found["sqlite"]
    finish_all(
        Goal("depth_range", figures["many_over_few"], 1.3, is_least=False),
        Goal("depth_range_strip_ms", figures["strip_ms"], STRIP_MS, is_least=False),
        Goal("depth_range_over_obvious", figures["over_obvious"], 5, is_least=True),
    )


def measure(few_path: Path, many_path: Path) -> dict[str, float]:
    """Medians over rounds, in each of which all are asked in turns."""
    set_up()
    few, many, obvious = import_scan(few_path), import_scan(many_path), obvious_table()
    chance, client = random.Random(1), client_of_owner()
    asks: dict[str, Callable[[], int]] = {
        "few": lambda: rows_in_json(client, few, chance),
        "many": lambda: rows_in_json(client, many, chance),
        "strip": lambda: rows_in_strip(client, many, chance),
        "obvious": lambda: rows_of_obvious(obvious, chance),
    }
    rounds = []
    for number in range(WARM_UP_ROUNDS + ROUNDS):
        took = milliseconds_of(asks)
        p95 = {name: statistics.quantiles(times, n=20)[-1] for name, times in took.items()}
        middle = {name: median(times) for name, times in took.items()}
        if number >= WARM_UP_ROUNDS:
            print("p95 (median) in ms: " + ", ".join(f"{name} {p95[name]:.1f} ({middle[name]:.1f})" for name in asks))
            rounds.append((p95["many"] / p95["few"], p95["strip"], middle["obvious"] / middle["many"]))
    many_over_few, strip_ms, over_obvious = map(median, zip(*rounds, strict=True))
    return {"many_over_few": many_over_few, "strip_ms": strip_ms, "over_obvious": over_obvious}


def milliseconds_of(asks: dict[str, Callable[[], int]]) -> dict[str, list[float]]:
    """Of each, asked in turns."""
    took: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(REQUESTS):
        for name, ask in asks.items():
            started = time.perf_counter()
            rows = ask()
            took[name].append((time.perf_counter() - started) * 1000)
            if rows != RANGE:
                raise RuntimeError(f"{name} has {rows} rows")
    return took


def client_of_owner() -> Any:
    """Logged in as a browser is."""
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(owner())
    return client


def content_of(client: Any, scan: Any, chance: random.Random, kind: str) -> bytes:
    """The API's answer for a range somewhere in the scan."""
    first = chance.randrange(scan.row_count - RANGE)
    depths = {"depth_min": depth_of(first), "depth_max": depth_of(first + RANGE - 1)}
    response = client.get("/api/frames/", {"scan": scan.pk, "format": kind, **depths})
    if response.status_code != 200:
        raise RuntimeError(f"{response.status_code}: {response.content[:300]!r}")
    return bytes(response.content)


def rows_in_json(client: Any, scan: Any, chance: random.Random) -> int:
    """Counted by the quotes of their texts."""
    return content_of(client, scan, chance, "json").count(b'"') // 2


def rows_in_strip(client: Any, scan: Any, chance: random.Random) -> int:
    """By its height, without what is above and below the rows."""
    from frames.imaging.strip import FOOTER_PX, HEADER_PX

    with Image.open(io.BytesIO(content_of(client, scan, chance, "png"))) as strip:
        return strip.height - HEADER_PX - FOOTER_PX


def rows_of_obvious(model: Any, chance: random.Random) -> int:
    """Without a request and the checks of one; what is stored needs no decoding."""
    lut = lut_of_obvious()
    first = chance.randrange(MANY_ROWS - RANGE)
    records = model.objects.filter(depth__gte=depth_of(first), depth__lte=depth_of(first + RANGE - 1))
    frames = []
    for record in records.order_by("depth"):
        rgb = lut[np.frombuffer(record.resized, np.uint8)]
        target = io.BytesIO()
        Image.fromarray(rgb[None]).save(target, "PNG")
        frames.append(base64.b64encode(target.getvalue()).decode())
    json.dumps(frames)
    return len(frames)


def lut_of_obvious() -> NDArray[np.uint8]:
    """The same colours."""
    from frames.imaging.colormaps import DEFAULT, colormap

    return colormap(DEFAULT)


def obvious_table() -> Any:
    """A record a row, a million of them; filled past the ORM, which would take a minute."""
    from django.db import connection

    model = obvious_model()
    original, resized = greys(10_000), greys(10_000, THIN_WIDTH)
    records = (
        (depth_of(row), original[row % 10_000].tobytes(), resized[row % 10_000].tobytes()) for row in range(MANY_ROWS)
    )
    into = f"{model._meta.db_table} (depth, original, resized)"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copied:
                for record in records:
                    copied.write_row(record)
        else:
            cursor.executemany(f"INSERT INTO {into} VALUES (%s, %s, %s)", records)
        cursor.execute("ANALYZE")
    return model


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        print(json.dumps(measure(*map(Path, sys.argv[2:]))))
    else:
        main()
