"""Rows of depth and grey values as files that others read: CSV as it is imported, and NumPy's NPY.

Cells are put into columns of equal width, filled up with NUL bytes that are taken out at once: a number at a time takes
Python fifty times as long.
"""

import io
from collections.abc import Iterator

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

Depths = NDArray[np.float64]
Greys = NDArray[np.uint8]

_GREYS = 256
# Cells a piece of CSV, however wide the rows are.
_CELLS_AT_ONCE = 1 << 18
_FILL = b"\0"
# A comma and up to three digits, read as one number of four bytes.
_CELLS = np.array([f",{grey}".encode() for grey in range(_GREYS)], "S4").view(np.uint32)


def csv_header(width: int) -> bytes:
    """The first line for rows of `width` values, with its end."""
    return b",".join((b"depth", *(b"col%d" % column for column in range(1, width + 1)))) + b"\n"


def csv_pieces(depths: Depths, grey: Greys) -> Iterator[bytes]:
    """The lines of rows `depths` (n,) and `grey` (n, width), each with its end.

    A depth has as many digits as it takes to read the same number again.
    """
    at_once = max(1, _CELLS_AT_ONCE // grey.shape[1]) if len(grey) else 1
    for first in range(0, len(depths), at_once):
        some = slice(first, first + at_once)
        yield _csv_lines(depths[some], grey[some])


def npy_dtype(width: int) -> np.dtype[np.void]:
    """A row of an NPY: `depth` float64 and `grey` uint8 (width,), little-endian and packed."""
    return np.dtype([("depth", "<f8"), ("grey", "u1", (width,))])


def npy_header(row_count: int, width: int) -> bytes:
    """All that stands before so many rows."""
    target = io.BytesIO()
    shape = {"descr": npy.dtype_to_descr(npy_dtype(width)), "fortran_order": False, "shape": (row_count,)}
    npy.write_array_header_1_0(target, shape)
    return target.getvalue()


def npy_rows(depths: Depths, grey: Greys) -> bytes:
    """Rows `depths` (n,) and `grey` (n, width)."""
    rows = np.empty(len(depths), npy_dtype(grey.shape[1]))
    rows["depth"], rows["grey"] = depths, grey
    return rows.tobytes()


def _csv_lines(depths: Depths, grey: Greys) -> bytes:
    texts = np.array(list(map(repr, depths.tolist())), "S")
    longest, cells_end = texts.itemsize, texts.itemsize + 4 * grey.shape[1]
    lines = np.empty((len(depths), cells_end + 1), np.uint8)
    lines[:, :longest] = texts.view(np.uint8).reshape(-1, longest)
    lines[:, longest:cells_end] = _CELLS[grey].view(np.uint8)
    lines[:, cells_end] = ord("\n")
    return lines.tobytes().translate(None, _FILL)
