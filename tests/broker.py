"""The messages of tests: kept in this process until a test looks at them or has them worked through."""

from collections.abc import Iterator
from typing import Any

from celery import current_app

import core.tasks  # noqa: F401  # registers the tasks, as a worker does at its start

QUEUES = ("upkeep", "work")


def messages() -> list[tuple[str, list[Any]]]:
    """Takes every message that was sent: the task's name and its arguments."""
    return [(message.headers["task"], message.payload[0]) for message in _taken()]


def work_through() -> int:
    """Works through every message as a worker would, in this thread; answers how many there were."""
    taken = messages()
    for name, arguments in taken:
        current_app.tasks[name](*arguments)
    return len(taken)


def _taken() -> Iterator[Any]:
    with current_app.connection_for_read() as connection:
        for name in QUEUES:
            with connection.SimpleQueue(name) as queue:
                while queue.qsize():
                    message = queue.get_nowait()
                    message.ack()
                    yield message
