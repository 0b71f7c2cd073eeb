"""A file that carries its own SHA-256 as its last bytes."""

import hashlib
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from .layout import DIGEST_LENGTH
from .streams import PIECE_BYTES

_WAITING_AT_MOST = 4  # megabytes that are on their way to the disk


class HashedFile:
    """Written once, from its start to its end; others cannot read it (mode 0600).

    A thread of its own hashes and writes, since Python lets others run meanwhile. There is no `tell` and no `seek`, on
    purpose: zipfile then goes back nowhere to fill in sizes, and what is hashed is what stays.
    """

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        os.fchmod(descriptor, 0o600)  # it may have been there already
        self._hash = hashlib.sha256()
        self._held = bytearray()
        self._thread = ThreadPoolExecutor(1, "backup-file")
        self._under_way: deque[Future[None]] = deque()
        self._error: BaseException | None = None

    def write(self, data: bytes) -> int:
        """Raises OSError, also of what was written before."""
        if not self._file.closed:  # zipfile, when it is collected, still writes the directory of what was given up
            self._held += data
            if len(self._held) >= PIECE_BYTES + DIGEST_LENGTH:
                self._pass_on()
        return len(data)

    def flush(self) -> None:
        """Nothing: zipfile asks for it, and `signed` does it."""

    def signed(self) -> str:
        """Ends the file: its last 64 bytes become the SHA-256, in hexadecimal, of all before, and it is on the disk.

        Answers that SHA-256.
        """
        self._pass_on()
        self._wait(0)
        digest = self._hash.hexdigest()
        self._file.write(digest.encode())
        self._file.flush()
        os.fsync(self._file.fileno())
        self.close()
        return digest

    def close(self) -> None:
        """May be called twice."""
        self._thread.shutdown(cancel_futures=True)
        self._file.close()

    def _pass_on(self) -> None:
        piece = bytes(memoryview(self._held)[:-DIGEST_LENGTH])
        del self._held[:-DIGEST_LENGTH]
        self._under_way.append(self._thread.submit(self._hash_and_write, piece))
        self._wait(_WAITING_AT_MOST)

    def _wait(self, at_most: int) -> None:
        while len(self._under_way) > at_most:
            self._under_way.popleft().result()

    def _hash_and_write(self, piece: bytes) -> None:
        if self._error is not None:  # a hole in the file must not be written past
            raise self._error
        try:
            self._hash.update(piece)
            self._file.write(piece)
        except BaseException as error:
            self._error = error
            raise
