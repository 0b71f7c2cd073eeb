"""The bytes of a dump on their way out of pg_dump, and through pg_restore into psql."""

import os
import select

from .base import Tick
from .errors import DumpFailed
from .postgresql_script import Header
from .postgresql_tools import Running, wait_for

_PIECE_BYTES = 1 << 16


class Dump:
    """What pg_dump writes. The end is only reported once it has ended well."""

    def __init__(self, pg_dump: Running, *, tick: Tick) -> None:
        self._pg_dump = pg_dump
        self._pipe = pg_dump.stdout.fileno()
        self._tick = tick
        self._is_over = False

    def read(self, size: int, /) -> bytes:
        """So many bytes, fewer only at the end. Raises DumpFailed."""
        found = bytearray()
        while len(found) < size and not self._is_over:
            wait_for({self._pipe: select.POLLIN}, self._tick)
            piece = os.read(self._pipe, size - len(found))
            found += piece
            if not piece:
                self._finish()
        return bytes(found)

    def _finish(self) -> None:
        if self._pg_dump.wait(self._tick):
            raise DumpFailed("dump_failed", f"pg_dump did not read the database to its end: {self._pg_dump.reason()}")
        self._is_over = True


class Broken(Exception):
    """A program ended before it had taken everything."""

    def __init__(self, program: Running) -> None:
        super().__init__(program)
        self.program = program


class Relay:
    """Takes a dump's bytes to pg_restore, and what comes out to psql, where there is one.

    One thread does it all, waiting for whichever pipe is ready: no program waits for another for ever. Raises Broken,
    and keeps it in `broken`.
    """

    def __init__(self, pg_restore: Running, *, tick: Tick) -> None:
        self._tick = tick
        self._pg_restore = pg_restore
        self._psql: Running | None = None
        self._is_over = True
        self._header = Header([])
        self._pending = b""
        self.broken: Broken | None = None
        os.set_blocking(pg_restore.stdin.fileno(), False)

    def send_on(self, psql: Running, *, beginning: bytes, header: Header) -> None:
        """Lets psql have the beginning, and then all that pg_restore writes."""
        os.set_blocking(psql.stdin.fileno(), False)
        self._psql = psql
        self._is_over = False
        self._header = header
        self._pending = beginning

    def write(self, data: bytes, /) -> int:
        """Takes all of it."""
        view = memoryview(data)
        while view:
            view = view[self._turn(view) :]
        return len(data)

    def finish(self) -> None:
        """Ends pg_restore's input, and sends on the rest of its output."""
        self._pg_restore.stdin.close()
        while self._pending or not self._is_over:
            self._turn()

    def end(self, statements: bytes) -> None:
        """Sends psql its last statements, and ends its input."""
        self._pending = statements
        while self._pending:
            self._turn()
        if self._psql is not None:
            self._psql.stdin.close()

    def _turn(self, view: memoryview | None = None) -> int:
        """Moves what can be moved once something can; answers how much of `view` was taken."""
        waited = {} if view is None else {self._pg_restore.stdin.fileno(): select.POLLOUT}
        if self._pending and self._psql is not None:
            waited[self._psql.stdin.fileno()] = select.POLLOUT
        elif not self._is_over:
            waited[self._pg_restore.stdout.fileno()] = select.POLLIN
        ready = wait_for(waited, self._tick)
        if self._pending and self._psql is not None:
            if self._psql.stdin.fileno() in ready:
                self._pending = self._pending[self._sent(self._psql, self._pending) :]
        elif not self._is_over and self._pg_restore.stdout.fileno() in ready:
            self._read_script()
        if view is not None and self._pg_restore.stdin.fileno() in ready:
            return self._sent(self._pg_restore, view)
        return 0

    def _read_script(self) -> None:
        piece = os.read(self._pg_restore.stdout.fileno(), _PIECE_BYTES)
        self._is_over = not piece
        self._pending = self._header.passed(piece) if piece else self._header.rest()

    def _sent(self, program: Running, data: bytes | memoryview) -> int:
        try:
            return os.write(program.stdin.fileno(), data[:_PIECE_BYTES])
        except BlockingIOError:  # there is less room in the pipe than it seemed
            return 0
        except BrokenPipeError as error:
            self.broken = Broken(program)
            raise self.broken from error
