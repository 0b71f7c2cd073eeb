"""The parts that are asked, and how: each on a thread of its own, all within a few seconds."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import connections

logger = logging.getLogger(__name__)

OK, DEGRADED, DOWN = "ok", "degraded", "down"
Detail = Mapping[str, str | int | float | bool | None]
Check = Callable[[], Detail | None]


class Trouble(Exception):
    """What is wrong with a part, in words that anyone may read: no names of hosts, files or people."""

    def __init__(self, reason: str, *, state: str = DOWN) -> None:
        super().__init__(reason)
        self.reason = reason
        self.state = state


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the site; the site is down without those that are `needed`, and degraded without the others."""

    name: str
    check: Check
    needed: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a part's check found."""

    state: str
    milliseconds: float
    reason: str = ""
    detail: Detail = field(default_factory=dict)
    cause: BaseException | None = None


_parts: dict[str, Part] = {}
_states: dict[str, str] = {}
_running: dict[str, "_Asking"] = {}
_lock = threading.Lock()


def register(name: str, check: Check, *, needed: bool = True) -> None:
    """Adds a part to /readyz; the same name again replaces it.

    `check` answers None or details to show, and raises Trouble or anything else where the part does not work. It may
    use the database; the connection is closed after it.
    """
    _parts[name] = Part(name, check, needed)


def registered() -> tuple[Part, ...]:
    """Every part by name."""
    return tuple(_parts[name] for name in sorted(_parts))


def ask(parts: tuple[Part, ...], *, seconds: float) -> dict[str, Answer]:
    """Every part's answer; who has not answered after `seconds` is down.

    A check that hangs keeps its one thread, and is not begun a second time meanwhile.
    """
    deadline = time.monotonic() + seconds
    with _lock:
        asked = {part.name: _asking(part) for part in parts}
    answers = {name: asking.answer(deadline) for name, asking in asked.items()}
    for name, answer in answers.items():
        _log_change(name, answer)
    return answers


class _Asking:
    """One check at work. The thread is a daemon: a check that hangs must not keep the process from ending."""

    def __init__(self, part: Part) -> None:
        self.check = part.check
        self._part = part
        self._started = time.monotonic()
        self._answer: Answer | None = None
        self._thread = threading.Thread(target=self._run, name=f"health-{part.name}", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def answer(self, deadline: float) -> Answer:
        self._thread.join(max(0.0, deadline - time.monotonic()))
        return self._answer or Answer(DOWN, self._milliseconds(), "no answer in time")

    def _run(self) -> None:
        try:
            detail = self._part.check()
            self._answer = Answer(OK, self._milliseconds(), detail=detail or {})
        except Trouble as trouble:
            self._answer = Answer(trouble.state, self._milliseconds(), trouble.reason, cause=trouble.__cause__)
        except Exception as error:  # a check may call anything; the page must show the other parts all the same
            self._answer = Answer(DOWN, self._milliseconds(), "does not work", cause=error)
        finally:
            connections.close_all()

    def _milliseconds(self) -> float:
        return round((time.monotonic() - self._started) * 1000, 1)


def _asking(part: Part) -> _Asking:
    asking = _running.get(part.name)
    if asking is None or asking.is_over or asking.check is not part.check:
        asking = _running[part.name] = _Asking(part)
    return asking


def _log_change(name: str, answer: Answer) -> None:
    """Once a change, not at each probe; the cause, which may name hosts and files, is for the log alone."""
    before = _states.get(name, OK)
    _states[name] = answer.state
    if answer.state == before:
        return
    if answer.state == OK:
        logger.info("%s is ok again", name)
    else:
        logger.warning("%s is %s: %s", name, answer.state, answer.reason, exc_info=answer.cause)
