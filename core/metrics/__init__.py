"""What Prometheus reads at /metrics. Counting costs a few microseconds and never fails whoever counts."""

import logging
from collections.abc import Callable

from .gauges import register_gauge
from .values import Metrics, clear, metrics

__all__ = ["clear", "detection", "register_gauge", "request", "storage_error", "work"]

logger = logging.getLogger(__name__)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def request(*, method: str, status: int, view: str, seconds: float) -> None:
    """A request was answered; `view` is the name of its route, never its path."""
    known_method = method if method in _METHODS else "other"

    def count(to: Metrics) -> None:
        to.requests.labels(known_method, f"{status // 100}xx", view).inc()
        to.request_seconds.labels(view).observe(seconds)

    _count(count)


def detection(outcome: str, seconds: float) -> None:
    """A detection ended: "completed" or "failed"."""

    def count(to: Metrics) -> None:
        to.detections.labels(outcome).inc()
        to.detection_seconds.observe(seconds)

    _count(count)


def storage_error(operation: str) -> None:
    """The photo storage failed at "save", "read", "delete" or another operation."""
    _count(lambda to: to.storage_errors.labels(operation).inc())


def work(kind: str, outcome: str) -> None:
    """A piece of background work of this kind ended: "done", "failed" or "retried"."""
    _count(lambda to: to.work.labels(kind, outcome).inc())


def _count(count: Callable[[Metrics], None]) -> None:
    try:
        count(metrics())
    except OSError:  # a process made by a fork has found no room for its files
        logger.warning("cannot count for /metrics", exc_info=True)
