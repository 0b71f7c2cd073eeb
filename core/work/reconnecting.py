"""A worker that hears nothing connects anew.

A broker that goes away while a worker acknowledges messages can leave the worker waiting for ever: kombu still counts
the messages as its own, fetches no others, and so never finds that its connection is gone (seen with Redis; see also
https://github.com/celery/celery/issues/9054). A sweep is sent every few seconds, so silence means such a state, or
other workers that were quicker; a new connection is the remedy of the one and does no harm in the other.
"""

import time
from typing import Any

from celery import Celery, bootsteps
from celery.worker import state

_SILENCE_S = 20.0
_EVERY_S = 5.0


class ReconnectInSilence(bootsteps.StartStopStep):
    """Part of a worker whose transport has an event loop; the others poll, and notice by that."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self.enabled = parent.hub is not None
        self._timer: Any = None
        self._heard = 0
        self._heard_at = 0.0

    def start(self, parent: Any) -> None:
        """Called after every connection."""
        self._heard, self._heard_at = _tasks_begun(), time.monotonic()
        self._timer = parent.timer.call_repeatedly(_EVERY_S, self._check)

    def stop(self, parent: Any) -> None:
        """Called before every connection but the first, and at the end."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        heard, now = _tasks_begun(), time.monotonic()
        if heard != self._heard or state.active_requests:
            self._heard, self._heard_at = heard, now
        elif now - self._heard_at > _SILENCE_S:
            raise ConnectionResetError(f"Nothing was heard from the broker for {_SILENCE_S:.0f} s.")


def _tasks_begun() -> int:
    return sum(state.total_count.values())


def install(app: Celery) -> None:
    """Makes it part of the app's workers."""
    app.steps["consumer"].add(ReconnectInSilence)
