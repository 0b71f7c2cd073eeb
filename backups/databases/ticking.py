"""Saying that work goes on, often enough and not too often."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from .base import Tick

# How long anything waits before it ticks.
TICK_S = 1.0

_Result = TypeVar("_Result")


def at_most_twice_a_second(tick: Tick) -> Tick:
    """The tick, without the calls that come within half a second of another."""
    last = time.monotonic()

    def seldom() -> None:
        nonlocal last
        if time.monotonic() - last >= TICK_S / 2:
            tick()
            last = time.monotonic()

    return seldom


def ticking_through(work: Callable[[], _Result], *, tick: Tick, stop: Callable[[], None]) -> _Result:
    """What `work` answers, done by another thread; when a tick raises, `stop` makes it end early."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        try:
            while True:
                try:
                    return future.result(timeout=TICK_S)
                except TimeoutError:
                    if future.done():
                        raise
                    tick()
        except BaseException:
            stop()
            raise
