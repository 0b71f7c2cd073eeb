"""What is read when Prometheus asks, rather than counted as it happens."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily, Metric

logger = logging.getLogger(__name__)

Values = Iterable[tuple[tuple[str, ...], float]]
"""Pairs of the labels' values and the number."""


@dataclass(frozen=True, slots=True)
class _Gauge:
    name: str
    description: str
    labels: tuple[str, ...]
    read: Callable[[], Values]


_gauges: dict[str, _Gauge] = {}


def register_gauge(name: str, description: str, labels: tuple[str, ...], read: Callable[[], Values]) -> None:
    """Adds a gauge to /metrics; `read` is called at each scrape. The same name again replaces it."""
    _gauges[name] = _Gauge(name, description, labels, read)


class Gauges:
    """All registered gauges, for a registry of Prometheus."""

    def collect(self) -> Iterator[Metric]:
        """Leaves out those that cannot be read: a database that is down must not hide what was counted."""
        for gauge in list(_gauges.values()):
            try:
                rows = list(gauge.read())
            except Exception:
                logger.warning("cannot read %s for /metrics", gauge.name, exc_info=True)
                continue
            family = GaugeMetricFamily(gauge.name, gauge.description, labels=gauge.labels)
            for labels, value in rows:
                family.add_metric(labels, value)
            yield family
