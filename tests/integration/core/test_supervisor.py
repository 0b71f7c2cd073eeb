"""Children that are kept running, and that end with their parent: real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

# Each child writes its process id as a line of a file named after it.
CHILD = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(float(sys.argv[2]))"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + CHILD
PARENT = """
import logging, os, sys
from core.serving import supervisor
from core.serving.supervisor import Program, Supervisor
logging.basicConfig(level="ERROR", format="%(message)s")
supervisor._FIRST_DELAY_S, supervisor._GRACE_S = 0.2, 2.0
programs = [Program(name, (sys.executable, "-c", code, name, seconds)) for name, code, seconds in {programs!r}]
Supervisor(programs, environment=os.environ).run()
print("ended")
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(*programs: tuple[str, str, str]) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PARENT.format(programs=programs)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def processes(folder: Path, name: str, *, count: int = 1) -> list[int]:
    """The ids under which the child has run, once there are that many."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        path = folder / name
        lines = path.read_text().splitlines() if path.exists() else []
        if len(lines) >= count:
            return [int(line) for line in lines]
        time.sleep(0.02)
    raise AssertionError(f"{name} has not run {count} times")


def is_alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_gone(process_id: int) -> None:
    deadline = time.monotonic() + 20
    while is_alive(process_id):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_that_is_killed_starts_again(start, tmp_path):
    start(("one", CHILD, "60"), ("two", CHILD, "60"))
    (first,) = processes(tmp_path, "one")
    os.kill(first, signal.SIGKILL)
    again = processes(tmp_path, "one", count=2)[1]
    assert is_alive(again)
    assert len(processes(tmp_path, "two")) == 1


def test_the_delay_grows_with_every_end(start, tmp_path):
    parent = start(("short", CHILD, "0"))
    processes(tmp_path, "short", count=4)
    parent.terminate()
    _, log = parent.communicate(timeout=20)
    assert log.splitlines()[0] == "short ended with 0; it starts again in 0 s"
    assert parent.returncode == 0
    assert "starts again in 1 s" in log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_of_them(start, tmp_path, number):
    parent = start(("one", CHILD, "60"), ("two", CHILD, "60"))
    children = processes(tmp_path, "one") + processes(tmp_path, "two")
    parent.send_signal(number)
    output, log = parent.communicate(timeout=20)
    assert (output, log, parent.returncode) == ("ended\n", "", 0)
    assert [is_alive(child) for child in children] == [False, False]


def test_one_that_does_not_listen_is_killed_after_a_while(start, tmp_path):
    parent = start(("deaf", DEAF, "60"))
    (child,) = processes(tmp_path, "deaf")
    parent.terminate()
    _, log = parent.communicate(timeout=20)
    assert "deaf does not end; it is killed" in log
    assert not is_alive(child)


def test_children_end_with_a_parent_that_is_killed(start, tmp_path):
    parent = start(("one", CHILD, "60"))
    (child,) = processes(tmp_path, "one")
    parent.kill()
    wait_until_gone(child)
