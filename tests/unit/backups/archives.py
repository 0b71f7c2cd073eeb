"""Archives to test with, good ones and forged ones."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from backups.archive.layout import COMMENT, DIGEST_LENGTH, MANIFEST, SQLITE
from backups.archive.manifest import Facts, Missing
from backups.archive.reading import ArchiveReader
from backups.archive.writing import ArchiveWriter

FACTS = Facts(
    created_at=datetime(2025, 3, 1, 22, 59, tzinfo=UTC),
    kind="daily",
    vendor="sqlite",
    versions={"site": "0.1.0", "sqlite": "3.40.1"},
    migrations={"poses": ("0001_initial", "0002_next")},
    rows={"poses_photo": 3, "poses_pose": 0},
    missing=(Missing("photos/gone.jpg", "photo 5d1c", "missing"),),
)
SMALL = {SQLITE: b"dump", "files/photos/a.jpg": b"picture"}


class Zeros:
    """A source of so many zeros."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int) -> bytes:
        size = min(size, self.left)
        self.left -= size
        return bytes(size)


class Breaking(Zeros):
    """A source that raises where its bytes end."""

    def read(self, size: int) -> bytes:
        if not self.left:
            raise ConnectionResetError("the storage went away")
        return super().read(size)


def write(path: Path, contents: dict[str, bytes], *, passphrase: str = "") -> str:
    with ArchiveWriter(path, passphrase=passphrase) as writer:
        for name, content in contents.items():
            writer.add(name, io.BytesIO(content))
        return writer.finish(FACTS)


def contents(reader: ArchiveReader) -> dict[str, bytes]:
    found = {}
    for member in reader.manifest.members:
        target = io.BytesIO()
        reader.copy(member, target)
        found[member.name] = target.getvalue()
    return found


def open_and_check(path: Path) -> None:
    with ArchiveReader(path) as reader:
        reader.check()


def sign(path: Path) -> None:
    """Makes the digest at a file's end that of the bytes before it."""
    content = path.read_bytes()[:-DIGEST_LENGTH]
    path.write_bytes(content + hashlib.sha256(content).hexdigest().encode())


def forge(path: Path, members: list[tuple[str, bytes]], document: object, *, compression: int = 0) -> None:
    """Any members and any manifest, with a digest that is right."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
        if document is not None:
            archive.writestr(MANIFEST, document if isinstance(document, bytes) else json.dumps(document), 0)
        archive.comment = COMMENT + b"0" * DIGEST_LENGTH
    sign(path)


def document_of(members: dict[str, bytes], **changes: object) -> dict[str, object]:
    """A manifest of these members, as JSON."""
    return {
        "format": 1,
        "members": [
            {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in members.items()
        ],
        "created_at": "2025-03-01T22:59:00+00:00",
        "kind": "daily",
        "vendor": "sqlite",
        "versions": {},
        "migrations": {},
        "rows": {},
        "missing": [],
        **changes,
    }
