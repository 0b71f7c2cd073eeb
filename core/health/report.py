"""The state of the whole site, asked for at most every two seconds."""

import threading
import time
from dataclasses import dataclass
from typing import Any

from . import parts

ALL_ANSWER_WITHIN_S = 4.0
_KEPT_FOR_S = 2.0
_SHOWN_MEANWHILE_FOR_S = 15.0


@dataclass(frozen=True, slots=True)
class Report:
    """The site's state and that of its parts, as JSON shows it."""

    state: str
    parts: dict[str, dict[str, Any]]


class Reporter:
    """Asks the parts; keeps the report for a moment, so that whoever asks often costs nothing."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._last: Report | None = None
        self._made_at = 0.0

    def report(self) -> Report:
        """The last report while it is fresh, or while another thread asks for a new one."""
        if last := self._not_older_than(_KEPT_FOR_S):
            return last
        # Slow parts must not take every thread of the site: whoever comes meanwhile gets the last report.
        last = self._not_older_than(_SHOWN_MEANWHILE_FOR_S)
        if not self._turn.acquire(blocking=last is None) and last:
            return last
        try:
            return self._not_older_than(_KEPT_FOR_S) or self._new()
        finally:
            self._turn.release()

    def forget(self) -> None:
        """Asks anew the next time."""
        self._last = None

    def _new(self) -> Report:
        self._last = _made()
        self._made_at = time.monotonic()
        return self._last

    def _not_older_than(self, seconds: float) -> Report | None:
        return self._last if time.monotonic() - self._made_at < seconds else None


reporter = Reporter()


def _made() -> Report:
    asked = parts.registered()
    answers = parts.ask(asked, seconds=ALL_ANSWER_WITHIN_S)
    state = parts.OK
    if any(answer.state != parts.OK for answer in answers.values()):
        state = parts.DEGRADED
    if any(part.needed and answers[part.name].state == parts.DOWN for part in asked):
        state = parts.DOWN
    return Report(state, {name: _shown(answer) for name, answer in answers.items()})


def _shown(answer: parts.Answer) -> dict[str, Any]:
    shown: dict[str, Any] = {"state": answer.state, "milliseconds": answer.milliseconds}
    return {**shown, **({"reason": answer.reason} if answer.reason else {}), **answer.detail}
