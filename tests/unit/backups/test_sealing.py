import functools
import io
import os
import random
import zipfile

import pyrage
import pytest

from backups.archive.errors import ArchiveError
from backups.archive.layout import SQLITE
from backups.archive.reading import ArchiveReader
from backups.archive.sealing import Seal
from backups.archive.writing import ArchiveWriter

from .archives import FACTS, Breaking, Zeros, contents, document_of, forge

MEGABYTE = 1 << 20
PASSPHRASE = "größer als 1 Kamel"
CONTENTS = {SQLITE: os.urandom(3 * MEGABYTE + 7), "files/ä 人.jpg": b"picture", "files/empty": b""}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """An encrypted archive, with a member in the middle of which its source broke."""
    path = tmp_path_factory.mktemp("backups") / "backup.zip"
    with ArchiveWriter(path, passphrase=PASSPHRASE) as writer:
        for name, content in CONTENTS.items():
            writer.add(name, io.BytesIO(content))
        with pytest.raises(ConnectionResetError, match="went away"):
            writer.add("files/broken", Breaking(3 * MEGABYTE))
        writer.finish(FACTS)
    return path


@pytest.fixture
def quick(monkeypatch):
    """Unlocks each key once only: each time takes a second."""
    monkeypatch.setattr(Seal, "unlocked", functools.cache(Seal.unlocked))


@pytest.fixture
def seal():
    return Seal.made()


def test_a_round_trip(path):
    with ArchiveReader(path, passphrase=PASSPHRASE) as reader:
        assert reader.is_encrypted
        reader.check()
        assert contents(reader) == CONTENTS
        assert reader.manifest.facts == FACTS


def test_age_opens_it_without_the_site(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["key.age", *(f"{name}.age" for name in CONTENTS), "manifest.json.age"]
        key = pyrage.passphrase.decrypt(archive.read("key.age"), PASSPHRASE).decode()
        identity = pyrage.x25519.Identity.from_str(key.strip())
        plain = {name: pyrage.decrypt(archive.read(f"{name}.age"), [identity]) for name in CONTENTS}
    assert plain == CONTENTS


def test_no_passphrase(path):
    with pytest.raises(ArchiveError) as caught:
        ArchiveReader(path)
    assert caught.value.code == "passphrase_needed"


@pytest.mark.parametrize("passphrase", [PASSPHRASE + " ", "\udcff"])
def test_a_wrong_passphrase(path, passphrase):
    with pytest.raises(ArchiveError) as caught:
        ArchiveReader(path, passphrase=passphrase)
    assert caught.value.code == "passphrase_wrong"


@pytest.mark.usefixtures("quick")
def test_flipped_bytes_are_found(path, tmp_path):
    content = path.read_bytes()
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(content)
    places = random.Random(6).sample(range(400, len(content)), 40)
    with damaged.open("r+b", buffering=0) as file:
        for place in [*places, 0, 35, 60, len(content) - 1]:
            file.seek(place)
            file.write(bytes([content[place] ^ 0x01]))
            with pytest.raises(ArchiveError), ArchiveReader(damaged, passphrase=PASSPHRASE) as reader:
                reader.check()
            file.seek(place)
            file.write(content[place : place + 1])


def test_members_that_are_not_encrypted_among_those_that_are(tmp_path):
    path = tmp_path / "backup.zip"
    forge(path, [("key.age", b""), (SQLITE, b"dump")], document_of({SQLITE: b"dump"}))
    with pytest.raises(ArchiveError) as caught:
        ArchiveReader(path, passphrase=PASSPHRASE)
    assert caught.value.code == "beyond_manifest"


@pytest.mark.parametrize("key", [b"", b"no key", b"age-encryption.org/v1\n-> scrypt " + b"a" * 500])
def test_a_key_that_is_none(key):
    with pytest.raises(ArchiveError) as caught:
        Seal.unlocked(key, PASSPHRASE)
    assert caught.value.code == "damaged"


@pytest.mark.parametrize("size", [0, 10, 3 * MEGABYTE])
def test_what_a_source_raises_is_raised_as_itself(seal, size):
    with pytest.raises(ConnectionResetError, match="went away"):
        seal.encrypt(Breaking(size), io.BytesIO())
    with pytest.raises(ConnectionResetError, match="went away"):
        seal.decrypt("a", Breaking(size), io.BytesIO())


@pytest.mark.parametrize("size", [0, 10, 5 * MEGABYTE])
def test_what_a_target_raises_is_raised_as_itself(seal, size):
    class Full:
        def write(self, piece: bytes) -> int:
            raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        seal.encrypt(Zeros(size), Full())
    sealed = io.BytesIO()
    seal.encrypt(Zeros(max(size, 1)), sealed)
    sealed.seek(0)
    with pytest.raises(OSError, match="no room"):
        seal.decrypt("a", sealed, Full())


def test_an_interruption_gets_through(seal):
    class Interrupted:
        def read(self, size: int) -> bytes:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seal.encrypt(Interrupted(), io.BytesIO())


@pytest.mark.parametrize("cut", [0, 100, 300, 70_000, 2 * MEGABYTE])
def test_bytes_that_are_cut_off_are_found(seal, cut):
    sealed = io.BytesIO()
    seal.encrypt(Zeros(3 * MEGABYTE), sealed)
    with pytest.raises(ArchiveError) as caught:
        seal.decrypt("a", io.BytesIO(sealed.getvalue()[:cut]), io.BytesIO())
    assert caught.value.code == "damaged"


def test_another_archives_key_does_not_open_it(seal):
    sealed = io.BytesIO()
    seal.encrypt(Zeros(10), sealed)
    with pytest.raises(ArchiveError) as caught:
        Seal.made().decrypt("a", io.BytesIO(sealed.getvalue()), io.BytesIO())
    assert caught.value.code == "damaged"


def test_it_streams(seal):
    """Never more than a few megabytes are between source and target."""
    source = Zeros(50 * MEGABYTE)
    behind = []

    class Target:
        written = 0

        def write(self, piece: bytes) -> int:
            self.written += len(piece)
            behind.append(50 * MEGABYTE - source.left - self.written)
            return len(piece)

    seal.encrypt(source, Target())
    assert len(behind) >= 50
    assert max(behind) < 4 * MEGABYTE
