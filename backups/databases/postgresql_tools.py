"""PostgreSQL's own programs: where they are, what they are told, and what they say."""

import contextlib
import os
import re
import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from psycopg import pq
from psycopg.conninfo import make_conninfo

from .base import Tick
from .errors import DatabaseToolTrouble
from .ticking import TICK_S

PROGRAMS = ("pg_dump", "pg_restore", "psql")

_VERSION = re.compile(r"\) ((\d+)\S*)")
_SECRETS = {"password", "sslpassword"}
# As psql and libpq's programs put it: "psql:<stdin>:12: ERROR:  55P03: canceling statement due to lock timeout".
_SERVER_ERROR = re.compile(r"^[^\n]*?\b[^\s:]+:  ([0-9A-Z]{5}): ([^\n]*)", re.MULTILINE)
_NO_ERRORS = ("00", "01", "02")
_REMEDY = (
    "Install PostgreSQL's client programs of the server's version or newer (Debian: postgresql-client-17), or name the"
    " folder that has them in POSTGRESQL_BIN."
)


def path_of(program: str) -> str:
    """Where it is. Raises DatabaseToolTrouble, `tool_missing`."""
    folder = getattr(settings, "POSTGRESQL_BIN", "")
    found = shutil.which(program, path=str(folder) or None)
    if found is None:
        place = f"in {folder} (POSTGRESQL_BIN)" if folder else "on the PATH"
        raise DatabaseToolTrouble("tool_missing", f"There is no {program} {place}. {_REMEDY}")
    return found


def version_of(program: str) -> tuple[int, str]:
    """The major version, and all of it. Raises DatabaseToolTrouble."""
    path = path_of(program)
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DatabaseToolTrouble("tool_missing", f"{path} does not run: {error}. {_REMEDY}") from error
    if (found := _VERSION.search(done.stdout)) is None:
        said = (done.stderr or done.stdout).strip()[:200]
        raise DatabaseToolTrouble("tool_missing", f"{path} tells no version of PostgreSQL: {said}. {_REMEDY}")
    return int(found[2]), found[1]


def check_version(program: str, *, server_major: int) -> None:
    """Raises DatabaseToolTrouble where the program is missing, or older than the server."""
    major, version = version_of(program)
    if major < server_major:
        raise DatabaseToolTrouble(
            "tool_too_old", f"{path_of(program)} is version {version}, and the server is {server_major}. {_REMEDY}"
        )


def connecting(parameters: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """How to tell a program where to connect: an argument without secrets, and the environment that has them.

    `parameters` are those that the site's own connection is made with.
    """
    known = {each.keyword.decode() for each in pq.Conninfo.get_defaults()} - _SECRETS
    argument = make_conninfo(
        "", **{name: value for name, value in parameters.items() if name in known and value is not None}
    )
    environment = {**os.environ, "LC_ALL": "C", "PGCLIENTENCODING": "UTF8"}
    if password := parameters.get("password"):
        environment["PGPASSWORD"] = str(password)
    return f"--dbname={argument}", environment


class Running:
    """A program that runs; its standard error goes into a file, so that it never waits for a reader."""

    def __init__(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self.process = process
        self._errors = errors

    @property
    def stdin(self) -> IO[bytes]:
        """Its standard input, where `running` was asked for a pipe."""
        return cast("IO[bytes]", self.process.stdin)

    @property
    def stdout(self) -> IO[bytes]:
        """Its standard output, where `running` was asked for a pipe."""
        return cast("IO[bytes]", self.process.stdout)

    def wait(self, tick: Tick) -> int:
        """Its exit code."""
        while True:
            try:
                return self.process.wait(timeout=TICK_S)
            except subprocess.TimeoutExpired:
                tick()

    def said(self) -> str:
        """The beginning of its standard error."""
        self._errors.seek(0)
        return self._errors.read(1 << 20).decode(errors="replace").strip()

    def reason(self) -> str:
        """The last line of it that reports an error, else the last line, else how the program ended."""
        lines = self.said().splitlines() or [f"it ended with code {self.process.returncode}"]
        return next((line for line in reversed(lines) if " error: " in line), lines[-1])


@contextmanager
def running(
    command: Sequence[str],
    *,
    folder: Path,
    environment: dict[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> Iterator[Running]:
    """Runs a program of PostgreSQL; it has ended afterwards, whatever happens."""
    with tempfile.TemporaryFile(dir=folder) as errors:
        process = subprocess.Popen(
            [path_of(command[0]), *command[1:]],
            bufsize=0,
            env=environment,
            stdin=stdin,
            stdout=stdout,
            stderr=errors,
        )
        try:
            yield Running(process, errors)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()


def wait_for(descriptors: dict[int, int], tick: Tick) -> dict[int, int]:
    """Those of the descriptors that are ready, with what for; ticks while none is."""
    poll = select.poll()
    for descriptor, events in descriptors.items():
        poll.register(descriptor, events)
    while not (ready := poll.poll(TICK_S * 1000)):
        tick()
    tick()
    return dict(ready)


def server_error(psql: Running) -> tuple[str, str]:
    """The SQLSTATE and the message of the first error that psql reports; its last line where it reports none."""
    for code, message in _SERVER_ERROR.findall(psql.said()):
        if not code.startswith(_NO_ERRORS):
            return code, message
    return "", psql.reason()
