"""The local folder alone: a disk that is full, broken or not ours."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from core.storage.errors import StorageFull, StorageUnavailable
from core.storage.local import LocalStorage
from tests.servers import ROOT


class Failing(ContentFile):
    """Content during whose writing the disk fails."""

    def __init__(self, number: int) -> None:
        super().__init__(b"x" * 1_000_000)
        self.number = number

    def chunks(self, chunk_size: int | None = None):
        yield b"what fitted" * 10_000
        raise OSError(self.number, os.strerror(self.number))


@pytest.fixture
def local(tmp_path: Path) -> LocalStorage:
    return LocalStorage(location=tmp_path / "photos")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_says_so_and_keeps_no_part(local, number):
    with pytest.raises(StorageFull) as caught:
        local.save("ab/photo.jpg", Failing(number))
    assert (caught.value.code, caught.value.status) == ("storage_full", 507)
    assert list(local.names()) == []


@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS, errno.ESTALE, errno.EACCES])
def test_a_broken_disk_is_unavailable_and_keeps_no_part(local, number):
    with pytest.raises(StorageUnavailable):
        local.save("ab/photo.jpg", Failing(number))
    assert list(local.names()) == []


def test_a_file_that_stood_there_before_survives_a_full_disk(local):
    local.save("photo.jpg", ContentFile(b"photo"))
    with pytest.raises(StorageFull):
        local.save("photo.jpg", Failing(errno.ENOSPC))
    with local.open("photo.jpg") as opened:
        assert opened.read() == b"photo"


SCRIPT = """
import resource, signal, sys
import django
django.setup()
from django.core.files.base import ContentFile
from core.storage.errors import StorageFull
from core.storage.local import LocalStorage
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
storage = LocalStorage(location=sys.argv[1])
storage.save("small.jpg", ContentFile(b"x" * 400_000))
try:
    storage.save("ab/large.jpg", ContentFile(b"x" * 3_000_000))
except StorageFull:
    print(sorted(storage.names()))
"""


def test_a_disk_that_really_takes_no_more_keeps_no_part(tmp_path):
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "photos")]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "posesite.settings.testing"}
    finished = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert finished.stdout == "['small.jpg']\n", finished.stderr
    assert not (tmp_path / "photos" / "ab" / "large.jpg").exists()


def test_a_folder_that_is_a_file_is_unavailable(tmp_path):
    (tmp_path / "photos").write_bytes(b"not a folder")
    local = LocalStorage(location=tmp_path / "photos")
    with pytest.raises((StorageUnavailable, FileExistsError)):
        local.save("ab/photo.jpg", ContentFile(b"photo"))
    with pytest.raises(StorageUnavailable):
        local.open("ab/photo.jpg")
