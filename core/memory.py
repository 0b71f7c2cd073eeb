"""Python's garbage collector in a process that serves for long."""

import gc


def keep_what_is_loaded() -> None:
    """The collector need not look again at what is loaded now, nor at the rest at every 700th object."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
