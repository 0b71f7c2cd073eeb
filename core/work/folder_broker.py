"""Messages as files in one folder: the broker of a site that has nothing else installed.

kombu's own transport of this kind makes a message visible before it is written, so that a reader may find it empty, and
moves it through the system's temporary folder. Here a message appears by a rename and belongs to whoever removes it.
"""

import contextlib
import logging
import os
import time
import uuid
from collections import deque
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

SCHEME = "folder"


class Channel(virtual.Channel):
    """Reads and writes one folder; the names of messages sort by age."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        connection: Any = self.connection
        self._folder = Path(connection.client.transport_options["folder"])
        # Names as they were last listed: a long queue is not listed again for each message.
        self._listed: dict[str, deque[str]] = {}

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        name = f"{time.time_ns():020}_{uuid.uuid4().hex}"
        part = self._folder / f"{name}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part.write_text(dumps(message))
            part.rename(self._folder / f"{name}{_ending(queue)}")
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise ChannelError(f"The message cannot be written: {error.strerror}") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        listed = self._listed.setdefault(queue, deque())
        if not listed:
            listed.extend(self._names(queue))
        while listed:
            path = self._folder / listed.popleft()
            with contextlib.suppress(FileNotFoundError), path.open() as opened:
                path.unlink()  # whoever removes a message has it
                try:
                    return loads(opened.read())
                except ValueError:  # cut by a power failure; the sweep sends its rows again
                    logger.warning("an unreadable message was dropped: %s", path.name)
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._names(queue))

    def _purge(self, queue: str) -> int:
        names = self._names(queue)
        for name in names:
            (self._folder / name).unlink(missing_ok=True)
        return len(names)

    def _names(self, queue: str) -> list[str]:
        try:
            names = os.listdir(self._folder)  # noqa: PTH208  # paths would be made for nothing
        except FileNotFoundError:
            return []
        return sorted(name for name in names if name.endswith(_ending(queue)))


class Transport(virtual.Transport):
    """See the module."""

    Channel = Channel
    global_state = virtual.BrokerState()
    default_port = 0
    driver_type = driver_name = SCHEME

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.state = self.global_state

    def driver_version(self) -> str:
        """There is none."""
        return "N/A"


def _ending(queue: str) -> str:
    return f".{queue}.msg"


def register() -> None:
    """Makes `folder://` known to kombu."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"


def options(folder: Path) -> dict[str, Any]:
    """Transport options for messages in `folder`, which is made when there is a message."""
    return {"folder": str(folder), "polling_interval": 0.05}
