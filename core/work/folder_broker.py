"""Messages as files in one folder: the broker of a site that has nothing else installed.

kombu's own transport of this kind makes a message visible before it is written, so that a reader may find it empty, and
moves it through the system's temporary folder. Here a message appears by a rename and belongs to whoever removes it.
"""

import contextlib
import os
import time
import uuid
from collections import deque
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

SCHEME = "folder"


class Channel(filesystem.Channel):  # type: ignore[misc]  # kombu has no types
    """Reads and writes one folder; the names of messages sort by age."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Names as they were last listed: a long queue is not listed again for each message.
        self._listed: dict[str, deque[str]] = {}

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns():020}_{uuid.uuid4().hex}"
        part = folder / f"{name}.part"
        try:
            part.write_text(dumps(payload))
            part.rename(folder / f"{name}.{queue}.msg")
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise ChannelError(f"The message cannot be written: {error.strerror}") from error

    def _get(self, queue: str) -> Any:
        listed = self._listed.setdefault(queue, deque())
        if not listed:
            ending = f".{queue}.msg"
            listed.extend(sorted(name for name in os.listdir(self.data_folder_in) if name.endswith(ending)))  # noqa: PTH208  # names are all that is needed
        while listed:
            path = Path(self.data_folder_in, listed.popleft())
            with contextlib.suppress(FileNotFoundError), path.open() as message:
                path.unlink()  # whoever removes a message has it
                return loads(message.read())
        raise Empty


class Transport(filesystem.Transport):  # type: ignore[misc]
    """See the module."""

    Channel = Channel
    driver_type = driver_name = SCHEME


def register() -> None:
    """Makes `folder://` known to kombu."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"


def options(folder: Path) -> dict[str, Any]:
    """Transport options for messages below `folder`, which is made."""
    messages, control = folder / "messages", folder / "control"
    for path in (messages, control):
        path.mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
        "polling_interval": 0.1,
    }
