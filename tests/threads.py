"""Several at the same moment."""

import threading
from collections.abc import Callable

from django.db import connections


def in_threads(*steps: Callable[[], object]) -> list[object]:
    """What each answers or raises, done in a thread with a database connection of its own."""
    found: list[object] = []

    def run(step: Callable[[], object]) -> None:
        try:
            found.append(step())
        except BaseException as error:
            found.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
