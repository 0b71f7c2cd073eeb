"""One package opens connections to what users name; nothing else in the source could."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")
OUTBOUND = "core/outbound/"

# Whatever opens connections, or makes it easy. Packages count with all that is in them.
OPENERS = (
    *("socket", "ssl", "http.client", "urllib.request", "ftplib", "smtplib", "imaplib", "poplib", "xmlrpc.client"),
    *("urllib3", "requests", "httpx", "aiohttp", "websockets", "wsproto", "h11", "httptools", "pycurl", "paramiko"),
    *("boto3", "botocore", "pymongo", "redis", "amqp", "psycopg"),
)
# Calls that open connections by what is imported for other things.
CALLS = ("open_connection", "create_connection", "urlopen", "urlretrieve", "VideoCapture")
ALLOWED = {
    "core/mail.py": {"smtplib": "the errors of mail, which goes to the operator's server, by EMAIL_HOST"},
    "backups/databases/postgresql_scratch.py": {"psycopg": "the operator's PostgreSQL, by DATABASE_URL"},
    "backups/databases/postgresql_script.py": {"psycopg": "quotes names, nothing is opened"},
    "backups/databases/postgresql_tools.py": {"psycopg": "writes and reads connection strings, nothing is opened"},
    "core/metrics/values.py": {"socket": "this machine's name, nothing is opened"},
    "core/management/commands/serve.py": {"socket": "whether the port that it is to listen on is free"},
    "core/storage/database.py": {"psycopg": "the operator's PostgreSQL, by DATABASE_URL"},
    "core/storage/gridfs.py": {"pymongo": "the operator's MongoDB, by MONGODB_URI"},
    "core/storage/mongodb.py": {"pymongo": "the operator's MongoDB, by MONGODB_URI"},
    "core/storage/s3.py": {"boto3": "the operator's bucket, by S3_ENDPOINT_URL", "botocore": "the same"},
}


def sources() -> list[Path]:
    return [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]


def imported(tree: ast.AST) -> Iterator[str]:
    """The names of all that is imported, `from a import b` as both `a` and `a.b`, and by name at run time."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and name_of(node.func) in {"import_module", "__import__"}:
            yield from (str(word.value) for word in node.args if isinstance(word, ast.Constant))


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def openers(tree: ast.AST) -> set[str]:
    return {opener for name in imported(tree) for opener in OPENERS if name == opener or name.startswith(f"{opener}.")}


def calls(tree: ast.AST) -> set[str]:
    return {name for node in ast.walk(tree) if (name := used(node)) in CALLS}


def used(node: ast.AST) -> str:
    if isinstance(node, ast.ImportFrom):
        return next((alias.name for alias in node.names if alias.name in CALLS), "")
    return name_of(node) if isinstance(node, ast.Attribute | ast.Name) else ""


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.AST]:
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in sources()}


def test_all_of_the_source_is_looked_at(trees):
    assert {"posesite", "core", "accounts", "poses"} <= set(APPS)
    assert len(trees) > 200


def test_only_outbound_can_open_a_connection(trees):
    found = {name: openers(tree) for name, tree in trees.items() if not name.startswith(OUTBOUND)}
    assert {name: names for name, names in found.items() if names} == {
        name: set(reasons) for name, reasons in ALLOWED.items()
    }


def test_nothing_else_calls_what_opens_one(trees):
    """`cv2.VideoCapture` too: it fetches a URL that is given as the name of a file."""
    assert {name: found for name, tree in trees.items() if (found := calls(tree))} == {}


def test_outbound_itself_is_found(trees):
    found = set().union(*(openers(tree) for name, tree in trees.items() if name.startswith(OUTBOUND)))
    assert {"socket", "ssl", "urllib3"} <= found


@pytest.mark.parametrize(
    "code",
    [
        *("import socket", "import urllib.request as u", "from urllib import request", "from http import client"),
        *("from requests.adapters import HTTPAdapter", "def f():\n    import httpx", "import_module('aiohttp')"),
        *("__import__('ssl')", "import os, urllib3.util"),
    ],
)
def test_every_way_of_importing_is_seen(code):
    assert openers(ast.parse(code))


@pytest.mark.parametrize(
    "code", ["from http import HTTPStatus", "from urllib.parse import quote", "from .http import x"]
)
def test_what_opens_nothing_is_let_be(code):
    assert not openers(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "cv2.VideoCapture(name)",
        "from cv2 import VideoCapture",
        "capture = cv2.VideoCapture",
        "asyncio.open_connection('a', 1)",
    ],
)
def test_every_use_of_such_a_call_is_seen(code):
    assert calls(ast.parse(code))
