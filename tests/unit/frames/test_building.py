"""Rows cut into blocks with levels above them, and the file that they wait in meanwhile."""

import numpy as np
import pytest

from frames.models import BLOCK_ROWS, LEVELS
from frames.services.building import Block, BlockBuilder
from frames.services.spool import Spool

from .obvious import levels

NO_BEGINNINGS = [(np.empty(0), np.empty((0, 0), np.uint8))] * (LEVELS - 1)


def rows_of(count: int) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(count) / 10, np.random.default_rng(count).integers(0, 256, (count, 3), np.uint8)


def build(depths: np.ndarray, grey: np.ndarray, *, before: int = 0, beginnings=NO_BEGINNINGS) -> list[Block]:
    """The blocks from block number `before` on; a row's grey is its thin one and a half."""
    made: list[Block] = []
    builder = BlockBuilder(made.append, blocks_before=before, beginnings=beginnings)
    for first in range(before * BLOCK_ROWS, len(depths), BLOCK_ROWS):
        some = slice(first, first + BLOCK_ROWS)
        builder.add(depths[some], grey[some].repeat(2, axis=1), grey[some])
    builder.finish()
    return made


def of_level(blocks: list[Block], level: int) -> list[Block]:
    return [block for block in blocks if block.level == level]


@pytest.mark.parametrize("count", [1, 2, 5, 1023, 1024, 1025, 4096, 4097, 5000, 17_000])
def test_each_level_has_the_rows_that_are_worked_out_one_by_one(count):
    depths, grey = rows_of(count)
    made = build(depths, grey)
    for level, (level_depths, thin) in enumerate(levels(depths, grey)):
        blocks = of_level(made, level)
        assert [block.position for block in blocks] == list(range(-(-len(thin) // BLOCK_ROWS)))
        assert {len(block.depths) for block in blocks[:-1]} <= {BLOCK_ROWS}
        np.testing.assert_array_equal(np.concatenate([block.depths for block in blocks]), level_depths)
        np.testing.assert_array_equal(np.concatenate([block.thin for block in blocks]), thin)
    np.testing.assert_array_equal(np.concatenate([block.grey for block in of_level(made, 0)]), grey.repeat(2, axis=1))
    assert {block.grey is None for block in made if block.level} == {True}


@pytest.mark.parametrize("before", [1, 3, 4, 5, 16])
def test_going_on_behind_some_blocks_makes_those_that_all_rows_would(before):
    depths, grey = rows_of(17_000)
    scratch = build(depths, grey)
    beginnings = []
    for level, (level_depths, thin) in enumerate(levels(depths, grey)[1:], start=1):
        end = before * BLOCK_ROWS // 4**level
        begin = end // BLOCK_ROWS * BLOCK_ROWS
        beginnings.append((level_depths[begin:end], thin[begin:end]))
    made = build(depths, grey, before=before, beginnings=beginnings)
    expected = {(b.level, b.position): b for b in scratch if b.position >= before // 4**b.level}
    assert {(block.level, block.position) for block in made} == expected.keys()
    for block in made:
        np.testing.assert_array_equal(block.thin, expected[block.level, block.position].thin)
        np.testing.assert_array_equal(block.depths, expected[block.level, block.position].depths)


def test_rows_come_out_of_the_spool_in_the_order_that_is_asked_for():
    grey = np.random.default_rng(1).integers(0, 256, (500, 7), np.uint8)
    places = np.random.default_rng(2).permutation(500)
    with Spool(7) as spool:
        for first in range(0, 500, 99):
            spool.add(grey[first : first + 99])
        assert spool.row_count == 500
        np.testing.assert_array_equal(spool.read(places), grey[places])
        np.testing.assert_array_equal(spool.read(np.arange(500)), grey)
        spool.add(grey[:3, ::-1])
        np.testing.assert_array_equal(spool.read(np.array([502, 0])), [grey[2, ::-1], grey[0]])


def test_a_place_behind_the_last_row_is_an_error():
    with Spool(7) as spool:
        spool.add(np.zeros((2, 7), np.uint8))
        with pytest.raises(EOFError):
            spool.read(np.array([1, 2]))
