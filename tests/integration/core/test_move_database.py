"""`manage.py move_database`: a real site in SQLite, carried into a real PostgreSQL by the real command."""

import json
import os
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

ROOT = Path(__file__).resolve().parents[3]
SERVER = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")

_SITE = """
import io, django
django.setup()
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import User
from frames.models import BlockRows, DepthBlock, DepthScan
from poses.models import LogEntry, Photo, PoseRevision
from poses.services import engine
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo
from tests.conftest import FakeDetector, jpeg, person

engine.detector = lambda: FakeDetector(person(), person(x=0.2))
names = ("Żółć 🕺", "O'Neill \\\\ \\t\\n\\\\N", "", "gone")
users = [User.objects.create(email=f"user{number}@example.org", name=name) for number, name in enumerate(names)]
users[0].groups.add(Group.objects.get(name="Editors"))
users[1].user_permissions.add(Permission.objects.get(codename="view_photo"))
for number in range(3):
    upload_photo(owner=users[number], stream=io.BytesIO(jpeg(comment=str(number))), name="фото.jpg",
                 source=Photo.Source.API, options=DetectionOptions.given())
session = SessionStore()
session["word"] = "é"
session.save()
LogEntry.objects.filter(action="upload").update(milliseconds=2_147_483_647, message="x" * 500)
odd = {"many": 2**70, "large": 1e23, "small": 1e-07, "minus": -0.0, "null": None, "true": True, "text": "\\\\u0000 ü"}
first, second = PoseRevision.objects.order_by("id")[:2]
PoseRevision.objects.filter(pk=first.pk).update(box=odd)
PoseRevision.objects.filter(pk=second.pk).update(score=0.1 + 0.2)
User.objects.filter(pk=users[3].pk).delete()
scan = DepthScan.objects.create(owner=users[0], name="scan")
block = DepthBlock.objects.create(scan=scan, level=0, position=0, row_count=1, depth_min=1, depth_max=1)
BlockRows.objects.create(block=block, depths=b"\\0\\xff" * 4, thin=bytes(range(256)), grey=None)
"""

_DROPPED_CONNECTIONS = """
import os, threading, time, django
django.setup()
import psycopg
from django.db import connection
from accounts.models import User

def ask(all_ask):
    User.objects.count()
    all_ask.wait()
    connection.close()

all_ask = threading.Barrier(8)
threads = [threading.Thread(target=ask, args=[all_ask]) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
with psycopg.connect(os.environ["DATABASE_URL"]) as other:
    [[dropped]] = other.execute(
        "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
started = time.monotonic()
User.objects.count()
print(dropped, time.monotonic() - started < 2)
connection.close()
connection.close_pool()
"""


def _run(database: str, data: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "posesite.settings.development",
        "ENV_FILE": os.devnull,
        "DATABASE_URL": database,
        "DATA_DIR": str(data),
        "POSE_MODELS_DIR": str(settings.POSE_MODELS_DIR),
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def move(source: Path, to: str, *options: str) -> subprocess.CompletedProcess[str]:
    return _run(f"sqlite:///{source}", source.parent, "manage.py", "move_database", "--to", to, *options)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site's SQLite database with a little of everything."""
    path = tmp_path_factory.mktemp("site") / "posesite.sqlite3"
    for command in (("manage.py", "migrate", "--verbosity", "0"), ("-c", _SITE)):
        done = _run(f"sqlite:///{path}", path.parent, *command)
        assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def source(site: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    path = tmp_path / "posesite.sqlite3"
    with closing(sqlite3.connect(site)) as original, closing(sqlite3.connect(path)) as copy:
        original.backup(copy)
    return path


@pytest.fixture
def target() -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database."""
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"No PostgreSQL at 127.0.0.1:5432 and none named by TEST_DATABASE_URL: {error}")
    name = f"move_{uuid.uuid4().hex}"
    with server:
        server.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name)))
        yield f"{SERVER.partition('?')[0].rpartition('/')[0]}/{name}"
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def change(source: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(statement, values)
        connection.commit()


def rows_of(source: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(source)) as connection:
        return connection.execute(query).fetchall()


def target_rows(target: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(target) as connection:
        return connection.execute(query).fetchall()


def tables(source: Path) -> list[str]:
    names = rows_of(source, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(str(name) for (name,) in names if name != "django_migrations")


def counts(target: str, source: Path) -> dict[str, int]:
    return {name: int(str(target_rows(target, f"SELECT COUNT(*) FROM {name}")[0][0])) for name in tables(source)}


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    assert "Nothing was moved." in done.stderr
    assert [word for word in words if word not in done.stderr] == []


def assert_nothing_but_what_migrate_makes(target: str, source: Path) -> None:
    full = {name for name, count in counts(target, source).items() if count}
    assert full == {"auth_group", "auth_group_permissions", "auth_permission", "django_content_type"}


def test_every_row_is_carried_and_the_source_is_untouched(source, target):
    before = {name: rows_of(source, f"SELECT * FROM {name}") for name in tables(source)}
    done = move(source, target)
    assert done.returncode == 0, done.stderr
    assert {name: len(rows) for name, rows in before.items()} == counts(target, source)
    assert {name: rows_of(source, f"SELECT * FROM {name}") for name in tables(source)} == before
    assert len(before["poses_photo"]) == 3
    assert len(before["poses_poserevision"]) == 6
    assert len(before["django_session"]) == 1
    assert "poses_poserevision: 6 rows copied" in done.stdout
    assert "poses_poserevision: 6 rows compared" in done.stdout
    assert "DATABASE_URL" in done.stdout
    assert "manage.py move_photos" in done.stdout
    assert "stop it first" in done.stderr


def test_text_json_and_numbers_arrive_as_they_were(source, target):
    assert move(source, target).returncode == 0
    query = "SELECT id, email, name FROM accounts_user ORDER BY id"
    assert target_rows(target, query) == rows_of(source, query)
    assert "Żółć 🕺" in str(rows_of(source, query))
    odd = "SELECT box FROM poses_poserevision ORDER BY id LIMIT 1"
    [[kept]], [[given]] = target_rows(target, odd), rows_of(source, odd)
    assert isinstance(kept, dict)
    assert {**kept, "large": float(kept["large"])} == json.loads(str(given))
    assert kept["many"] == 2**70
    assert kept["true"] is True
    assert target_rows(target, "SELECT score FROM poses_poserevision ORDER BY id LIMIT 1 OFFSET 1") == [(0.1 + 0.2,)]
    permissions = "SELECT id, codename, content_type_id FROM auth_permission ORDER BY id"
    assert target_rows(target, permissions) == rows_of(source, permissions)


def test_new_rows_get_ids_that_no_row_ever_had(source, target):
    assert move(source, target).returncode == 0
    [[highest]] = rows_of(source, "SELECT MAX(id) FROM accounts_user")
    [[last]] = rows_of(source, "SELECT seq FROM sqlite_sequence WHERE name = 'accounts_user'")
    assert last == int(str(highest)) + 1  # the last user was deleted
    [[following]] = target_rows(target, "SELECT nextval(pg_get_serial_sequence('accounts_user', 'id'))")
    assert following == int(str(last)) + 1
    [[entry]] = target_rows(target, "SELECT nextval(pg_get_serial_sequence('poses_logentry', 'id'))")
    assert [(entry - 1,)] == rows_of(source, "SELECT MAX(id) FROM poses_logentry")


def test_the_site_runs_on_its_new_database_and_can_be_moved_back(source, target, tmp_path):
    assert move(source, target).returncode == 0
    check = "import django; django.setup(); from poses.models import Photo; p = Photo.objects.earliest('created_at');"
    check += "print(len(p.people), len(p.people[0].current.points), p.owner.email)"
    assert _run(target, tmp_path, "-c", check).stdout.split() == ["2", "33", "user0@example.org"]
    assert _run(target, tmp_path, "manage.py", "migrate", "--check").returncode == 0
    back = tmp_path / "back.sqlite3"
    done = _run(target, tmp_path, "manage.py", "move_database", "--to", f"sqlite:///{back}")
    assert done.returncode == 0, done.stderr
    users = "SELECT * FROM accounts_user ORDER BY id"
    assert rows_of(back, users) == rows_of(source, users)
    last = "SELECT seq FROM sqlite_sequence WHERE name = 'accounts_user'"
    assert rows_of(back, last) == rows_of(source, last)


def test_a_dry_run_writes_nothing(source, target):
    done = move(source, target, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "nothing was written" in done.stdout
    assert target_rows(target, "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_a_target_that_was_migrated_before_is_accepted(source, target, tmp_path):
    assert _run(target, tmp_path, "manage.py", "migrate", "--verbosity", "0").returncode == 0
    assert move(source, target).returncode == 0
    assert counts(target, source)["accounts_user"] == 3


def test_a_target_with_rows_is_refused_and_keeps_them(source, target):
    assert move(source, target).returncode == 0
    before = counts(target, source)
    assert_refused(move(source, target), "rows already", "accounts_user", "poses_photo")
    assert counts(target, source) == before


def test_a_group_made_by_hand_makes_a_target_not_empty(source, target, tmp_path):
    assert _run(target, tmp_path, "manage.py", "migrate", "--verbosity", "0").returncode == 0
    with psycopg.connect(target) as connection:
        connection.execute("INSERT INTO auth_group (name) VALUES ('Guests')")
    assert_refused(move(source, target), "auth_group (Guests)")


def test_the_sites_own_database_is_no_target(source, target, tmp_path):
    assert_refused(move(source, f"sqlite:///{source}"), "own database")
    assert _run(target, tmp_path, "manage.py", "migrate", "--verbosity", "0").returncode == 0
    other_name = target.replace("127.0.0.1", "localhost")
    assert_refused(_run(target, tmp_path, "manage.py", "move_database", "--to", other_name), "own database")


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://a@b/c", "postgresql://user:se/cret@127.0.0.1/x", "sqlite://:memory:", "postgresql://h"]
)
def test_a_malformed_url_is_refused_without_repeating_it(source, url):
    done = move(source, url)
    assert_refused(done, "sqlite:///path")
    assert "cret" not in done.stderr


def test_a_server_that_does_not_answer_is_named(source):
    done = move(source, "postgresql://someone:hidden@127.0.0.1:1/site")
    assert_refused(done, "Cannot connect to the target", "127.0.0.1")
    assert "hidden" not in done.stderr


def test_a_missing_source_is_not_made(tmp_path):
    path = tmp_path / "nowhere.sqlite3"
    assert_refused(move(path, "postgresql://postgres@127.0.0.1:1/x"), "There is no database at")
    assert not path.exists()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM django_migrations WHERE app = 'sessions'", "manage.py migrate first"),
        (
            "INSERT INTO django_migrations (app, name, applied) VALUES ('poses', '9999_later', '2030-01-01')",
            "9999_later",
        ),
    ],
)
def test_a_source_of_another_version_is_refused(source, target, statement, words):
    change(source, statement)
    assert_refused(move(source, target), words)


def test_a_target_of_a_newer_version_is_refused(source, target, tmp_path):
    assert _run(target, tmp_path, "manage.py", "migrate", "--verbosity", "0").returncode == 0
    with psycopg.connect(target) as connection:
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('poses', '9999_later', now())")
    assert_refused(move(source, target), "newer version", "poses.9999_later")


def test_a_nul_character_is_named_with_table_row_and_field_and_nothing_is_written(source, target):
    [[key]] = rows_of(source, "SELECT id FROM accounts_user ORDER BY id LIMIT 1")
    change(source, "UPDATE accounts_user SET name = 'a' || char(0) || 'b' WHERE id = ?", key)
    words = ("NUL", f"accounts_user, row {key}, field name")
    assert_refused(move(source, target, "--dry-run"), *words)
    assert_refused(move(source, target), *words)
    assert_nothing_but_what_migrate_makes(target, source)


def test_a_nul_character_in_json_is_named_and_an_escaped_backslash_is_none(source, target):
    [[key]] = rows_of(source, "SELECT id FROM poses_poserevision ORDER BY id DESC LIMIT 1")
    change(source, "UPDATE poses_poserevision SET box = ? WHERE id = ?", r'{"a": "\u0000"}', key)
    assert_refused(move(source, target), f"poses_poserevision, row {uuid.UUID(str(key))}, field box")
    change(source, "UPDATE poses_poserevision SET box = ? WHERE id = ?", r'{"a": "\\u0000"}', key)
    assert move(source, target).returncode == 0


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE poses_logentry SET milliseconds = 3000000000 WHERE id = ?",
            "poses_logentry, row {}, field milliseconds",
        ),
        (
            "UPDATE poses_logentry SET action = 'much too long a word' WHERE id = ?",
            "poses_logentry, row {}, field action",
        ),
        (
            "UPDATE poses_logentry SET created_at = 'yesterday' WHERE id = ?",
            "poses_logentry, row {}: the target refuses",
        ),
        (
            "UPDATE poses_logentry SET photo_id = 'none' WHERE id = ?",
            "poses_logentry, row {}, field photo: the value is no",
        ),
        ("UPDATE poses_logentry SET owner_id = 4711 WHERE id = ?", "(owner_id)=(4711)"),
    ],
)
def test_a_row_that_does_not_fit_is_named_and_the_target_has_no_rows(source, target, statement, words):
    [[key]] = rows_of(source, "SELECT MAX(id) FROM poses_logentry")
    change(source, statement, key)
    assert_refused(move(source, target), words.format(key))
    assert_nothing_but_what_migrate_makes(target, source)


def test_a_target_that_alters_what_it_is_given_is_found_out(source, target, tmp_path):
    assert _run(target, tmp_path, "manage.py", "migrate", "--verbosity", "0").returncode == 0
    with psycopg.connect(target) as connection:
        connection.execute(
            "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.message := upper(NEW.message); RETURN NEW; END $$"
        )
        connection.execute("CREATE TRIGGER shout BEFORE INSERT ON poses_logentry FOR EACH ROW EXECUTE FUNCTION shout()")
    assert_refused(move(source, target), "poses_logentry, row 1, field message: source and target differ")
    assert_nothing_but_what_migrate_makes(target, source)


def test_the_site_on_its_new_database_outlives_a_server_that_drops_all_its_connections(target, tmp_path):
    assert _run(target, tmp_path, "manage.py", "migrate", "--verbosity", "0").returncode == 0
    done = _run(target, tmp_path, "-c", _DROPPED_CONNECTIONS)
    assert done.stdout.split() == ["8", "True"], done.stderr


_WRITTEN_TO_MEANWHILE = """
import os, django
django.setup()
from accounts.models import User
from core.moving.errors import MoveFailed
from core.moving.moving import move_database

def report(line):
    if line.startswith("accounts_user: 3 rows copied"):
        User.objects.create(email="late@example.org")

try:
    move_database(to=os.environ["TARGET_URL"], is_dry_run=False, report=report)
except MoveFailed as error:
    print(error.code)
"""


def test_a_site_that_is_written_to_meanwhile_is_not_moved(source, target, monkeypatch):
    monkeypatch.setenv("TARGET_URL", target)
    done = _run(f"sqlite:///{source}", source.parent, "-c", _WRITTEN_TO_MEANWHILE)
    assert done.stdout.split() == ["source_changed"], done.stderr
    assert len(rows_of(source, "SELECT id FROM accounts_user")) == 4
    assert_nothing_but_what_migrate_makes(target, source)
