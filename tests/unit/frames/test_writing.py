"""Rows as CSV and NPY."""

import io

import numpy as np
import pytest

from frames.formats.reading import DepthCsv
from frames.formats.writing import csv_header, csv_pieces, npy_header, npy_rows


def written(depths, grey) -> bytes:
    return csv_header(grey.shape[1]) + b"".join(csv_pieces(depths, grey))


def test_a_csv_is_what_anybody_would_write():
    text = written(np.array([-0.5, 9000.1]), np.array([[0, 7, 10], [99, 100, 255]], np.uint8))
    assert text == b"depth,col1,col2,col3\n-0.5,0,7,10\n9000.1,99,100,255\n"


@pytest.mark.parametrize("width", [2, 200, 4096])
def test_a_csv_is_read_as_the_same_numbers(width):
    random = np.random.default_rng(width)
    depths = np.unique(np.round(random.uniform(-1e7, 1e7, 300) * 10.0 ** random.integers(-9, 1, 300), 6))
    grey = random.integers(0, 256, (len(depths), width), np.uint8)
    pieces = list(DepthCsv(io.BytesIO(written(depths, grey)), max_rows=1000))
    assert [findings for _, findings in pieces if findings] == []
    assert np.array_equal(np.concatenate([rows.depths for rows, _ in pieces]), depths)
    assert np.array_equal(np.concatenate([rows.grey for rows, _ in pieces]), grey)


def test_wide_rows_come_in_several_pieces():
    grey = np.zeros((200, 4096), np.uint8)
    pieces = list(csv_pieces(np.arange(200.0), grey))
    assert len(pieces) == 4
    assert all(piece.endswith(b"\n") for piece in pieces)


def test_no_rows_are_a_header():
    assert list(csv_pieces(np.empty(0), np.empty((0, 0), np.uint8))) == []
    empty = np.load(io.BytesIO(npy_header(0, 3)))
    assert (empty.shape, empty.dtype.names) == ((0,), ("depth", "grey"))


def test_numpy_loads_what_was_written():
    depths, grey = np.array([1.5, 2.5]), np.array([[1, 2, 3], [4, 5, 255]], np.uint8)
    rows = np.load(io.BytesIO(npy_header(2, 3) + npy_rows(depths, grey)), allow_pickle=False)
    assert rows["depth"].tolist() == [1.5, 2.5]
    assert rows["grey"].tolist() == grey.tolist()
