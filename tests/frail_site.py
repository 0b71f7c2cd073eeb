"""A site whose workers can be killed, for tests of faults."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
DEADLY_WIDTH = 333


class FrailSite:
    """A site without a web server, in a folder of its own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "BROKER_URL")},
            "DATA_DIR": str(folder),
            "POSE_MODELS_DIR": str(settings.POSE_MODELS_DIR),
            "DJANGO_SETTINGS_MODULE": "posesite.settings.development",
            "PYTHONPATH": str(ROOT),
            "FRAIL_WIDTH": str(DEADLY_WIDTH),
            "FRAIL_LEASE_S": "3",
            "WORKERS": "2",
            **environment,
        }
        self.database = folder / "posesite.sqlite3"
        self.log = folder / "log"
        self.processes: list[subprocess.Popen[bytes]] = []

    def manage(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, check=True, capture_output=True
        )

    def start(self) -> None:
        for arguments in (
            ["worker", "--queues", "upkeep,work", "--without-gossip", "--without-mingle"],
            ["beat", "--scheduler", "celery.beat:Scheduler"],
        ):
            command = [sys.executable, "-m", "celery", "--app", "tests.frail_worker", *arguments]
            with self.log.open("ab") as log:
                self.processes.append(
                    subprocess.Popen(
                        command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
                    )
                )

    def kill(self) -> None:
        """As a power cut would: parents and children alike."""
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute(query).fetchall()
