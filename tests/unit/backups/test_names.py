import pytest

from backups.archive.errors import ArchiveError
from backups.archive.layout import MANIFEST, POSTGRESQL, SQLITE, check_name


@pytest.mark.parametrize(
    "name", [MANIFEST, POSTGRESQL, SQLITE, "files/a", "files/2025/Ünïcode 人.jpg", "files/..a", "files/" + "a" * 994]
)
def test_a_name_that_the_site_writes_is_accepted(name):
    check_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "files", "files/", "files//a", "files/a/", "/files/a", "//a", "files/../a", "files/a/..", "..", "../a"),
        *("files/./a", "./files/a", "files/a\\b", "files\\a", "C:/a", "files/C:/a", "files/c:a", "files/a\0b"),
        *("files/a\nb", "files/a\x7f", "files/a\x85", "files/\ud800", "files/" + "a" * 995, "key.age", "database.sql"),
        *("Files/a", "other/a", "manifest.json/a", "files/a\u0000"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name):
    with pytest.raises(ArchiveError) as caught:
        check_name(name)
    assert caught.value.code == "unsafe_name"
    assert caught.value.message.isascii()
    assert caught.value.message.isprintable()
