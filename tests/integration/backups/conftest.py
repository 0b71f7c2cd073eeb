"""What the tests of backups share: a folder of backups, photos with real files, backups that are really made."""

import contextlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase
from django.utils import timezone

from accounts.models import User
from backups.archive.layout import FILES
from backups.databases import table_counts
from backups.models import Backup
from backups.services import asking
from backups.services.site_files import FileList
from batches.models import Output
from core.work import sweeping
from poses.models import Photo
from poses.models.photo import photo_storage
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo
from tests import broker
from tests.conftest import FakeDetector, jpeg
from tests.servers import PostgreSQL

# Tables that a backup itself writes while it is made and that a restore settles, and those of no interest.
_MADE_BY_MIGRATE = {
    *("django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions")
}
OWN_TABLES = {"backups_backup", "backups_check", "backups_download", "backups_notice"}


@pytest.fixture(scope="module", autouse=True)
def _cleared_quickly() -> Iterator[None]:
    """Deletes the rows that tests have committed; Django would truncate every table, a second's work for PostgreSQL."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", lambda case: _delete_rows())
        yield


def _delete_rows() -> None:
    with transaction.atomic(), connection.cursor() as cursor:  # references are looked at where it ends
        for table in table_counts(connection):
            if table not in _MADE_BY_MIGRATE:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


@pytest.fixture
def backup_dir(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of backups, which is made with the first of them; nobody is told by e-mail."""
    # Django's tests know the connections that settings name, and a backup opens another.
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", _connect)
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.BACKUP_EMAILS = []
    with contextlib.suppress(IndexError):  # Debian's programs in PATH are Perl, which looks for these each time
        settings.POSTGRESQL_BIN = str(PostgreSQL.programs())
    broker.messages()
    yield settings.BACKUP_DIR
    broker.messages()


def _connect(connection: BaseDatabaseWrapper) -> None:
    if connection.connection is None:
        with connection.wrap_database_errors:
            connection.connect()


@pytest.fixture
def make_photo(user: User, fake_detector: FakeDetector) -> Callable[..., Photo]:
    """Uploads a photo of its own bytes, with its thumbnail and the pose of one person."""
    count = 0

    def make(**options: Any) -> Photo:
        nonlocal count
        count += 1
        uploaded = upload_photo(
            owner=user,
            stream=io.BytesIO(jpeg(comment=f"number {count}")),
            name=f"photo {count}.jpg",
            source=Photo.Source.API,
            options=DetectionOptions.given(),
        )
        return uploaded.photo

    return make


@pytest.fixture
def make_backup(backup_dir: Path) -> Callable[..., Backup]:
    """Makes a backup in this process, as the command does; its row, which says how that went."""

    def make(*, kind: str = Backup.Kind.SCHEDULED, wants_email: bool = False) -> Backup:
        return asking.run_here(kind=kind, wants_email=wants_email)

    return make


def left_in(folder: Path) -> list[str]:
    """The names in the folder of backups, but for the files by which backups and drills take turns."""
    return sorted(path.name for path in folder.iterdir() if path.name not in (".lock", ".drill.lock"))


def manifest_of(path: Path) -> dict[str, Any]:
    """As anybody reads it, without the site's own reader."""
    with zipfile.ZipFile(path) as opened:
        return dict(json.loads(opened.read("manifest.json")))


def files_in(path: Path) -> dict[str, bytes]:
    """The content of each file of the storage in a backup, by its name there."""
    with zipfile.ZipFile(path) as opened:
        names = [name for name in opened.namelist() if name.startswith(FILES)]
        return {name.removeprefix(FILES): opened.read(name) for name in names}


def stored(settings: Any) -> dict[str, bytes]:
    """The content of each file in the local storage, by name."""
    folder = settings.STORAGES["photos"]["OPTIONS"]["location"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def make_output_as_its_row() -> None:
    """The batches' made-up output with the SHA-256 that its bytes have."""
    for output in Output.objects.all():
        Output.objects.filter(pk=output.pk).update(sha256=photo_storage().sha256(output.file.name))


def path_in_storage(settings: Any, name: str) -> Path:
    return Path(settings.STORAGES["photos"]["OPTIONS"]["location"]) / name


def content_of_database() -> dict[str, list[str]]:
    """Every row of every table but the backups' own, as text and in an order that does not matter."""
    found = {}
    with connection.cursor() as cursor:
        for table in table_counts(connection):
            if table not in OWN_TABLES:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def in_the_middle(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Has something happen once, after a backup's snapshot and before it reads the first file."""
    real, acts = FileList.fill, [act]

    def fill(files: FileList, *, using: str) -> None:
        real(files, using=using)
        if acts:
            acts.pop()()

    monkeypatch.setattr(FileList, "fill", fill)


def sweep_and_work() -> None:
    """The sweep, and the workers after it, until nothing is sent any more."""
    sweeping.sweep(now=timezone.now())
    while broker.work_through():
        sweeping.sweep(now=timezone.now())


def database_url() -> str:
    """That of the tests' own database, for another process."""
    entry = connections.databases["default"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{entry['NAME']}"
    login = f"{entry['USER']}:{entry['PASSWORD']}" if entry["PASSWORD"] else entry["USER"]
    return f"postgresql://{login}@{entry['HOST']}:{entry['PORT'] or 5432}/{connection.settings_dict['NAME']}"
