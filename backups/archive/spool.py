"""The manifest while the archive is being written: on the disk, for there may be a million members."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import IO

from .manifest import FORMAT, Facts, Member


class ManifestSpool:
    """A file without a name in `folder`, gone when it is closed or the process ends; one member a line."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed by close()
        self._file.write(b'{"format": %d, "members": [' % FORMAT)
        self._separator = b"\n"

    def add(self, member: Member) -> None:
        """Notes a member that is in the archive."""
        entry = {"name": member.name, "size": member.size, "sha256": member.sha256}
        self._file.write(self._separator + json.dumps(entry, ensure_ascii=False).encode())
        self._separator = b",\n"

    def finished(self, facts: Facts) -> IO[bytes]:
        """The whole manifest, from its start."""
        rest = json.dumps({**asdict(facts), "created_at": facts.created_at.isoformat()}, ensure_ascii=False, indent=1)
        self._file.write(b"\n],\n" + rest.removeprefix("{\n").encode() + b"\n")
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """May be called twice."""
        self._file.close()
