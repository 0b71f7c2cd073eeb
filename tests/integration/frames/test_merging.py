"""Several imports into one scan: what is there, what is replaced, and what stays untouched."""

import random

import numpy as np
import pytest
from django.conf import settings

from core.errors import DomainError
from frames.models import BLOCK_ROWS, LEVELS
from frames.selectors import blocks
from tests.unit.frames.obvious import thinned

from .conftest import depths_of, greys_of
from .csvs import add, assert_holds, keys_of, plain, rows_of

pytestmark = pytest.mark.django_db


def test_an_import_stores_the_rows_as_they_are_and_thin_ones_of_the_set_width(make_scan):
    depths, grey = depths_of(2_500), greys_of(2_500, 200)
    scan = make_scan(depths=depths, grey=grey)
    assert_holds(scan, plain(depths, grey))
    assert (scan.step, scan.thin_width) == (0.1, settings.DEPTH_THIN_WIDTH)
    assert scan.imported_at is not None
    thin = np.concatenate([block.thin for block in blocks.contents(scan, level=0, positions=range(3))])
    assert np.abs(thin - thinned(grey, 150)).max() < 1


# Rows 1,000 to 1,999 are there; of the blocks that hold them, how many stay.
@pytest.mark.parametrize(
    ("depths", "replaced", "kept"),
    [
        pytest.param(range(4_000, 4_500), 0, 2, id="append"),
        pytest.param(range(500), 0, 0, id="prepend"),
        pytest.param(range(3_900, 4_100), 100, 2, id="overlap"),
        pytest.param(range(1_000, 4_000), 3_000, 0, id="replace all"),
        pytest.param(range(3_500, 3_501), 1, 2, id="replace one"),
        pytest.param([2_047.5, 2_048.5], 0, 1, id="interleave"),
        pytest.param([999.5, 4_000], 0, 0, id="both ends"),
        pytest.param([2_023], 1, 0, id="the last row of a block"),
        pytest.param([2_023.5], 0, 1, id="between two blocks"),
        pytest.param([2_024], 1, 1, id="the first row of a block"),
    ],
)
def test_a_second_file_goes_among_the_rows_that_are_there(make_scan, depths, replaced, kept):
    first = np.arange(1_000, 4_000)
    grey, more = greys_of(3_000, 3), greys_of(len(depths), 3, seed=1)
    scan = make_scan(depths=first, grey=grey)
    before, edition = keys_of(scan), scan.edition
    item = add(scan, depths, more)
    assert_holds(scan, plain(first, grey) | plain(depths, more))
    assert (item.row_count, item.replaced_count) == (len(depths), replaced)
    assert scan.edition > edition
    after = keys_of(scan)
    stayed = {place for place in before if after.get(place) == before[place]}
    assert stayed == {place for place in before if place[0] == 0 and place[1] < kept}


def test_blocks_of_every_level_before_the_change_stay_untouched(make_scan):
    depths, grey = depths_of(9_000, first=0, step=1), greys_of(9_000, 2)
    scan = make_scan(depths=depths, grey=grey)
    before = keys_of(scan)
    more = greys_of(1, 2, seed=1)
    add(scan, [8_500], more)
    assert_holds(scan, plain(depths, grey) | plain([8_500], more))
    after = keys_of(scan)
    stay = {(level, position) for level, position in before if position < 8 // 4**level}
    assert stay == {(0, position) for position in range(8)} | {(1, 0), (1, 1)}
    assert {place for place in before if after[place] == before[place]} == stay


@pytest.mark.parametrize("seed", range(3))
def test_after_any_imports_the_scan_is_what_a_dict_would_be(make_scan, seed):
    chance, numbers = random.Random(seed), np.random.default_rng(seed)
    depths = np.unique(numbers.integers(0, 6_000, 5_000)) if seed else np.array([5_000])
    grey = greys_of(len(depths), 3, seed=seed)
    scan, expected = make_scan(depths=depths, grey=grey), plain(depths, grey)
    for _ in range(10):
        start, spread = chance.randrange(-500, 6_000), chance.choice((1, 50, 3_000))
        depths = np.unique(numbers.integers(start, start + spread, chance.choice((7, 1_500))))
        grey = numbers.integers(0, 256, (len(depths), 3), np.uint8)
        before, there, edition = keys_of(scan), set(expected), scan.edition
        item = add(scan, depths, grey, is_strict=False)
        expected |= plain(depths, grey)
        assert_holds(scan, expected)
        assert item.replaced_count == len(there & set(plain(depths, grey)))
        assert scan.edition > edition
        untouched = sum(depth < depths[0] for depth in there) // BLOCK_ROWS
        after = keys_of(scan)
        assert {(0, place): before[0, place] for place in range(untouched)}.items() <= after.items()
    assert sum(item.replaced_count for item in scan.imports.all()) > 0


def test_the_step_is_that_of_all_rows(make_scan):
    scan = make_scan(depths=[5], grey=greys_of(1))
    assert scan.step is None
    add(scan, [5.5, 6, 6.5], greys_of(3))
    assert scan.step == 0.5
    add(scan, [5.25, 5.75, 6.25], greys_of(3))
    assert scan.step == 0.25
    add(scan, [7, 19, 40, 90, 200], greys_of(5))
    assert scan.step is None


def test_a_file_of_another_width_is_none_of_this_scan(make_scan):
    scan = make_scan()
    with pytest.raises(DomainError, match="Row 1 names 5 grey values a row; the scan has 4") as refused:
        add(scan, [1, 2], greys_of(2, 5))
    assert (refused.value.code, list(refused.value.fields)) == ("width_differs", ["file"])
    assert scan.imports.count() == 1


def test_depths_of_an_upward_file_are_stored_from_small_to_large(make_scan):
    depths, grey = depths_of(1_500), greys_of(1_500)
    scan = make_scan(depths=depths[::-1], grey=grey[::-1])
    assert_holds(scan, plain(depths, grey))
    assert scan.imports.get().is_upward


@pytest.mark.parametrize("width", [2, 4_096])
def test_narrow_and_wide_rows_are_stored(make_scan, width):
    grey = greys_of(5, width)
    scan = make_scan(depths=range(5), grey=grey)
    assert_holds(scan, plain(range(5), grey))
    assert len(keys_of(scan)) == LEVELS
    assert list(rows_of(scan)) == [0, 1, 2, 3, 4]


def test_the_usual_step_is_that_of_the_whole_scan_in_whatever_order_it_came(make_scan):
    fine, coarse = np.arange(2_048) / 10, 300 + np.arange(10_000) / 2
    steps = []
    for first, second in ((fine, coarse), (coarse, fine)):
        scan = make_scan(depths=first, grey=np.zeros((len(first), 2), np.uint8))
        add(scan, second, np.zeros((len(second), 2), np.uint8), is_strict=False)
        steps.append(scan.step)
    assert steps == [0.5, 0.5]
