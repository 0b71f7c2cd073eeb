"""Parts of files, as HTTP clients ask for them."""

import pytest

from core.ranges import RangeNotSatisfiable, range_of

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=10-19", 10, 19),
        ("bytes=90-", 90, 99),
        ("bytes=0-", 0, 99),
        ("bytes=-1", 99, 99),
        ("bytes=-100", 0, 99),
        ("bytes=-1000", 0, 99),
        ("bytes=99-500", 99, 99),
        ("bytes=5-99999999999999999999999999", 5, 99),
        ("Bytes=1-2", 1, 2),
        ("bytes= 1-2 ", 1, 2),
        ("bytes=007-008", 7, 8),
    ],
)
def test_one_range(header, first, last):
    found = range_of(header, total_bytes=100)
    assert found is not None
    assert (found.first, found.last, found.size_bytes) == (first, last, last - first + 1)
    assert found.content_range == f"bytes {first}-{last}/100"


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1", "bytes=--1", "bytes=1-2-3", "bytes=0x1-0x2"),
        *("bytes=2-1", "items=0-1", "0-1", "bytes 0-1", "bytes=1.0-2", "bytes=+1-2", "bytes=1 - 2", "bytes=١-٢"),
        *("bytes=0-0,1-1", "bytes=0-0, -1", "bytes=,", f"bytes={'9' * 5000}-"),
    ],
)
def test_what_is_no_single_range_is_the_whole_file(header):
    assert range_of(header, total_bytes=100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=99999999999999999999-", "bytes=-0"])
def test_beyond_the_end(header):
    with pytest.raises(RangeNotSatisfiable) as caught:
        range_of(header, total_bytes=100)
    assert (caught.value.status, caught.value.content_range) == (416, "bytes */100")


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-5"])
def test_an_empty_file_has_no_part(header):
    with pytest.raises(RangeNotSatisfiable):
        range_of(header, total_bytes=0)


def test_a_part_of_the_same_file_only():
    assert range_of("bytes=1-2", total_bytes=100, if_range=ETAG, etag=ETAG) is not None
    others = ['"abd"', f"W/{ETAG}", "abc", "", "*", "Wed, 21 Oct 2026 07:28:00 GMT"]
    assert [range_of("bytes=1-2", total_bytes=100, if_range=other, etag=ETAG) for other in others] == [None] * 6
    assert range_of("bytes=500-", total_bytes=100, if_range='"abd"', etag=ETAG) is None
    assert range_of("bytes=1-2", total_bytes=100, if_range="", etag="") is None
