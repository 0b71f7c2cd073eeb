"""What the figures of depth scans share: large CSVs made fast, scans of them, the obvious way, and several goals."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from backup_sites import database
from common import site_environment
from numpy.typing import NDArray

FIRST_DEPTH, STEP, WIDTH, THIN_WIDTH = 9000.1, 0.1, 200, 150
# Rows of pictures that the CSVs repeat: as many as need a second to be made.
_DISTINCT = 100_000
_SERVER_URL = os.environ.get("TEST_DATABASE_URL") or "postgresql://postgres@127.0.0.1:5432/postgres"


def depth_of(row: int) -> float:
    """Of a row of the CSVs."""
    return round(FIRST_DEPTH + row * STEP, 1)


def greys(rows: int, width: int = WIDTH) -> NDArray[np.uint8]:
    """Rows (n, width) that go up and down as those of a picture do."""
    steps = np.random.default_rng(1).normal(size=(rows, width)).cumsum(axis=1)
    return np.clip(steps * 6 + 128, 0, 255).astype(np.uint8)


def write_csv(path: Path, rows: int, width: int = WIDTH) -> None:
    """A CSV as instruments write it."""
    cells = np.zeros((256, 4), np.uint8)
    for value in range(256):
        cell = f",{value}".encode()
        cells[value, : len(cell)] = np.frombuffer(cell, np.uint8)
    bodies = []
    for row in greys(min(rows, _DISTINCT), width):
        text = cells[row].ravel()
        bodies.append(text[text != 0].tobytes())
    with path.open("wb") as target:
        target.write(b"depth,%b\n" % b",".join(b"col%d" % column for column in range(1, width + 1)))
        for row in range(rows):
            target.write(b"%.1f%b\n" % (depth_of(row), bodies[row % len(bodies)]))


def set_up() -> None:
    """Django, in this process, on the site of its environment, whose tables must be there."""
    import django

    django.setup()


def owner() -> Any:
    """Whom the scans belong to."""
    from accounts.models import User

    return User.objects.get_or_create(email="bench@example.org")[0]


def import_scan(path: Path) -> Any:
    """A new scan of a CSV: taken in as from a request, then a worker's part. Raises where it fails."""
    from core.work import claims, kinds, running
    from frames import queue
    from frames.models import DepthImport, DepthScan
    from frames.services.creating import create_scan

    with path.open("rb") as stream:
        item = create_scan(
            owner=owner(),
            name=path.stem,
            unit="m",
            stream=stream,
            size_bytes=path.stat().st_size,
            file_name=path.name,
            is_strict=True,
        )
    running.run(kinds.kind_named(queue.IMPORT), [item.pk])
    item.refresh_from_db()
    if item.status != claims.WorkItem.Status.COMPLETED:
        raise RuntimeError(f"the import ended as {item.status}: {item.error_message}")
    return DepthScan.objects.get(pk=DepthImport.objects.get(pk=item.pk).scan_id)


def obvious_model() -> Any:
    """The obvious way's table: a record a row, with the original and the resized bytes; made in the site's database."""
    from django.db import connection, models

    class ObviousRow(models.Model):
        depth = models.FloatField(db_index=True)
        original = models.BinaryField()
        resized = models.BinaryField()

        class Meta:
            app_label = "frames"

        def __str__(self) -> str:
            return f"at {self.depth}"

    with connection.schema_editor() as editor:
        editor.create_model(ObviousRow)
    return ObviousRow


def in_process_of_site(script: str, part: str, environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    """Runs a part of a figure in a process of its own; what it prints last, as JSON, and the rest is shown."""
    manage = [sys.executable, str(Path(__file__).resolve().parents[1] / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=environment, check=True)
    done = subprocess.run(
        [sys.executable, script, part, *arguments], env=environment, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{part} ended with {done.returncode}: {done.stderr[-3000:]}")
    *lines, answer = done.stdout.splitlines()
    for line in lines:
        print(f"  {line}", flush=True)
    return dict(json.loads(answer))


@contextlib.contextmanager
def environments(folder: Path) -> Iterator[dict[str, dict[str, str]]]:
    """Of a site on SQLite, and of one on PostgreSQL where a server is there, each without any data."""
    with contextlib.ExitStack() as opened:
        settings = {"sqlite": ""}
        if _has_server():
            settings["postgresql"] = opened.enter_context(database(_SERVER_URL))
        found = {}
        for engine, url in settings.items():
            (folder / engine).mkdir()
            values = {"BROKER_URL": "memory://localhost", **({"DATABASE_URL": url} if url else {})}
            found[engine] = site_environment(folder / engine, **values)
        yield found


def _has_server() -> bool:
    from urllib.parse import urlsplit

    address = urlsplit(_SERVER_URL)
    with contextlib.suppress(OSError):
        socket.create_connection((address.hostname or "127.0.0.1", address.port or 5432), timeout=2).close()
        return True
    return False


@dataclass(frozen=True)
class Goal:
    """A figure and what it must be; `is_least` where it must be at least that."""

    name: str
    figure: float
    goal: float
    is_least: bool

    @property
    def margin(self) -> float:
        """By how much it is better than the goal, as a share; below 1 it is short."""
        return self.figure / self.goal if self.is_least else self.goal / max(self.figure, 1e-9)

    def __str__(self) -> str:
        sign = ">=" if self.is_least else "<="
        return f"{self.name} {self.figure:.3f} goal {sign} {self.goal:g} {'ok' if self.margin >= 1 else 'short'}"


def finish_all(*goals: Goal) -> None:
    """Prints a line for each goal, the one that is nearest to being missed last; exits with 0 only if all hold."""
    print(*sorted(goals, key=lambda goal: -goal.margin), sep="\n")
    sys.exit(any(goal.margin < 1 for goal in goals))
