import json

import pytest

from backups.archive.errors import ArchiveError
from backups.archive.layout import MANIFEST, SQLITE
from backups.archive.parsing import parsed
from backups.archive.spool import ManifestSpool

from .archives import FACTS, SMALL, document_of

SHA256 = "0" * 64


def member(**changes):
    return {"name": SQLITE, "size": 4, "sha256": SHA256, **changes}


def test_what_was_written_is_read_and_is_plain_json(tmp_path):
    document = document_of(SMALL)
    members = parsed(json.dumps(document)).members
    spool = ManifestSpool(tmp_path)
    for each in members:
        spool.add(each)
    content = spool.finished(FACTS).read().decode()
    spool.close()
    assert parsed(content).facts == FACTS
    assert parsed(content).members == members
    assert json.loads(content)["members"] == document["members"]
    assert list(tmp_path.iterdir()) == []


def test_database_and_files_are_told_apart():
    manifest = parsed(json.dumps(document_of(SMALL)))
    assert manifest.database.name == SQLITE
    assert [member.name for member in manifest.files] == ["files/photos/a.jpg"]


def test_what_a_later_version_adds_is_passed_over():
    assert parsed(json.dumps(document_of(SMALL, note="new"))).facts.kind == "daily"


@pytest.mark.parametrize("document", ["[]", "{}", '{"format": "1"}', '{"format": true}', "1", "null"])
def test_other_json_is_no_backup(document):
    with pytest.raises(ArchiveError) as caught:
        parsed(document)
    assert caught.value.code == "not_a_backup"


def test_another_format_says_which():
    with pytest.raises(ArchiveError, match=r"format 2, .* format 1\. Use the version that wrote it") as caught:
        parsed(json.dumps({"format": 2}))
    assert caught.value.code == "other_format"


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, '{"format": ' + "1" * 5000 + "}", '{"format": 1}', "\ufeff{}", '{"format": 1'],
    ids=["empty", "cut", "deep", "huge number", "no fields", "byte order mark", "cut later"],
)  # fmt: skip
def test_json_that_cannot_be_read_is_damaged(text):
    with pytest.raises(ArchiveError) as caught:
        parsed(text)
    assert caught.value.code == "damaged"


@pytest.mark.parametrize(
    "changes",
    [
        *({"members": value} for value in ({}, None, [], [1], [{}], "x")),
        *({"members": [member(size=value)]} for value in (-1, True, 1.5, "4", None)),
        *({"members": [member(sha256=value)]} for value in ("", "0" * 63, "0" * 65, "A" * 64, "g" * 64, 0, "0\n" * 32)),
        {"members": [member(sha256=SHA256 + "\n")]},
        *({"members": [member(), member(name=value)]} for value in (1, SQLITE, MANIFEST, "database.dump")),
        {"members": [member(name="files/a")]},
        *({"created_at": value} for value in ("", "yesterday", "2025-03-01T22:59:00", 1740869940, None)),
        *({key: value} for key in ("kind", "vendor") for value in (None, 1, [])),
        *({"versions": value} for value in (None, [], {"a": 1})),
        *({"migrations": value} for value in (None, [], {"a": "0001"}, {"a": [1]})),
        *({"rows": value} for value in (None, [], {"a": -1}, {"a": "1"}, {"a": 1.0}, {"a": False})),
        *({"missing": value} for value in (None, {}, [1], [{"name": "a", "row": "b", "reason": "x"}], [{"name": "a"}])),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_is_damage(changes):
    with pytest.raises(ArchiveError) as caught:
        parsed(json.dumps({**document_of(SMALL), **changes}))
    assert caught.value.code == "damaged"


def test_a_name_that_leads_elsewhere_is_refused():
    with pytest.raises(ArchiveError) as caught:
        parsed(json.dumps(document_of({**SMALL, "files/../../etc/passwd": b""})))
    assert caught.value.code == "unsafe_name"
