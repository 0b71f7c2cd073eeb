"""Child processes that are kept running, and that end with their parent."""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

logger = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1
_FIRST_DELAY_S, _LONGEST_DELAY_S = 1.0, 30.0
# A child that ran this long has started well: the next delay is the shortest again.
_WELL_STARTED_S = 60.0
_GRACE_S = 25.0
_POLL_S = 0.1

_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, under which name in the log; `nice` is added to its niceness."""

    name: str
    command: Sequence[str]
    nice: int = 0


class Supervisor:
    """Runs programs until it is told to stop by SIGINT or SIGTERM; one that ends is started again, ever more slowly."""

    def __init__(self, programs: Sequence[Program], *, environment: Mapping[str, str]) -> None:
        self._children = [_Child(program, environment) for program in programs]
        self._stop = threading.Event()

    def run(self) -> None:
        """Returns when every child has ended."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        try:
            while not self._stop.is_set():
                for child in self._children:
                    child.keep_running()
                self._stop.wait(_POLL_S)
        finally:
            self._end()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _end(self) -> None:
        for child in self._children:
            child.terminate()
        deadline = time.monotonic() + _GRACE_S
        for child in self._children:
            child.wait_until(deadline)


class _Child:
    def __init__(self, program: Program, environment: Mapping[str, str]) -> None:
        self.program = program
        self.environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._delay_s = _FIRST_DELAY_S

    def keep_running(self) -> None:
        """Starts it where it does not run and its delay is over."""
        now = time.monotonic()
        if self._process is not None and (code := self._process.poll()) is not None:
            self._process = None
            if now - self._started_at > _WELL_STARTED_S:
                self._delay_s = _FIRST_DELAY_S
            self._start_at = now + self._delay_s
            logger.error("%s ended with %d; it starts again in %.0f s", self.program.name, code, self._delay_s)
            self._delay_s = min(2 * self._delay_s, _LONGEST_DELAY_S)
        if self._process is None and now >= self._start_at:
            self._started_at = now
            self._process = subprocess.Popen(
                self.program.command,
                env=self.environment,
                # A group of its own: the terminal's Ctrl-C reaches the parent alone, which ends them in good order.
                start_new_session=True,
                preexec_fn=_in_child(os.getpid(), self.program.nice),  # noqa: PLW1509  # the parent has one thread
            )

    def terminate(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def wait_until(self, deadline: float) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger.error("%s does not end; it is killed", self.program.name)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _in_child(parent: int, nice: int):  # type: ignore[no-untyped-def]  # a closure for Popen
    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(1)
        os.nice(nice)

    return prepare
