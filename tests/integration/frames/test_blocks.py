"""Reading rows: by depth and by number, in few reads, and whole while an import changes them."""

import numpy as np
import pytest

from frames.models import DepthScan
from frames.selectors import blocks
from frames.selectors.blocks import ScanChanged

from .conftest import depths_of, greys_of
from .csvs import add, plain, rows_of

pytestmark = pytest.mark.django_db
ROWS = 10_000
GREY = greys_of(ROWS, 2)


@pytest.fixture
def long_scan(make_scan) -> DepthScan:
    """10,000 rows of two values, a metre apart from 0 on."""
    return make_scan(depths=range(ROWS), grey=GREY)


def test_rows_between_two_depths_are_those_at_or_between_them(make_scan):
    scan = make_scan(depths=range(10, 2_510), grey=greys_of(2_500))
    expected = {
        (10, 12): range(3),
        (10.5, 11.5): range(1, 2),
        (10.2, 10.8): range(1, 1),
        (-1e7, 9.999999): range(0),
        (2_509.000001, 1e7): range(2_500, 2_500),
        (2_509, 2_509): range(2_499, 2_500),
        (-5, 10): range(1),
        (-1e7, 1e7): range(2_500),
        (1_033, 1_034): range(1_023, 1_025),  # the last row of a block, and the first of the next
        (1_033.5, 1_033.6): range(1_024, 1_024),
    }
    assert {depths: blocks.rows_between(scan, *depths) for depths in expected} == expected


def test_depths_of_a_tenth_are_found_as_they_are_written(make_scan):
    scan = make_scan(depths=depths_of(2_000), grey=greys_of(2_000))
    assert [blocks.rows_between(scan, depth, depth) for depth in (9000.1, 9000.3, 9102.5, 9200)] == [
        range(place, place + 1) for place in (0, 2, 1_024, 1_999)
    ]


def test_a_scan_without_rows_has_none_between_any_depths(user):
    scan = DepthScan.objects.create(owner=user, name="Empty")
    assert blocks.rows_between(scan, -1e7, 1e7) == range(0)
    assert list(blocks.rows(scan, range(0), wants=("thin",))) == []


@pytest.mark.parametrize(
    "numbers",
    [range(1), range(1_023, 1_025), range(1_000, 5_000), range(1_024, 2_048), range(9_990, ROWS), range(ROWS)],
)
@pytest.mark.parametrize("wants", [("grey",), ("thin", "grey")])
def test_rows_are_cut_to_the_numbers_that_are_asked_for(long_scan, numbers, wants):
    found = list(blocks.rows(long_scan, numbers, wants=wants))
    np.testing.assert_array_equal(np.concatenate([some.depths for some in found]), numbers)
    np.testing.assert_array_equal(np.concatenate([some.grey for some in found]), GREY[numbers.start : numbers.stop])
    thin_rows = sum(len(some.thin) for some in found)
    assert thin_rows == (len(numbers) if "thin" in wants else 0)


def test_an_empty_range_in_the_middle_asks_nothing(long_scan, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert list(blocks.rows(long_scan, range(1_500, 1_500), wants=("thin",))) == []


def test_a_range_takes_as_many_queries_of_many_rows_as_of_few(make_scan, long_scan, django_assert_num_queries):
    few = make_scan(depths=range(2_000), grey=greys_of(2_000, 2))
    for scan, first in ((few, 500), (long_scan, 500), (long_scan, 8_600)):
        with django_assert_num_queries(3):
            numbers = blocks.rows_between(scan, first, first + 999)
            found = sum(len(some.thin) for some in blocks.rows(scan, numbers, wants=("thin",)))
        assert found == 1_000


def test_eight_blocks_are_one_query(long_scan, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(list(blocks.contents(long_scan, level=0, positions=range(10), wants=("thin",)))) == 10


def test_blocks_that_are_not_there_are_left_out(long_scan):
    found = blocks.contents(long_scan, level=1, positions=range(1, 99))
    assert [(block.position, block.grey.size) for block in found] == [(1, 0), (2, 0)]


@pytest.mark.parametrize("depth", [5_000.5, 20_000], ids=["among the rows", "behind them"])
def test_a_read_that_an_import_comes_between_is_refused_and_the_next_sees_its_rows(long_scan, depth):
    reader = DepthScan.objects.get(pk=long_scan.pk)
    reading = blocks.contents(reader, level=0, positions=range(10))
    seen = {next(reading).position for _ in range(8)}
    add(long_scan, [depth], greys_of(1, 2))
    with pytest.raises(ScanChanged) as refused:
        next(reading)
    assert (seen, refused.value.code, refused.value.status) == (set(range(8)), "scan_changed", 409)
    reader.refresh_from_db()
    assert rows_of(reader) == dict(sorted((plain(range(ROWS), GREY) | plain([depth], greys_of(1, 2))).items()))


def test_a_scan_as_it_was_before_an_import_cannot_be_read(long_scan):
    old = DepthScan.objects.get(pk=long_scan.pk)
    add(long_scan, [3], greys_of(1, 2))
    with pytest.raises(ScanChanged):
        list(blocks.rows(old, blocks.rows_between(old, 0, 5), wants=("thin",)))
