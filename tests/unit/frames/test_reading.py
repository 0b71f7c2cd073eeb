"""Whole files, against a reader that goes cell by cell; and where pieces of a file meet."""

import io
import random
from dataclasses import dataclass

import numpy as np
import pytest

from frames.formats.findings import Code, CsvRefused, Finding
from frames.formats.reading import DepthCsv

from .obvious import Row, read_obviously, table

PIECE = 1 << 19
MANY = 1_000_000


@dataclass
class ByBytes:
    """A stream that gives fewer bytes than are asked for, so that pieces meet anywhere."""

    content: bytes
    most: int

    def read(self, size: int, /) -> bytes:
        given = self.content[: min(size, self.most)]
        self.content = self.content[len(given) :]
        return given


def read(content: bytes, *, most: int = PIECE, max_rows: int = MANY) -> tuple[list[Row], list[Finding]]:
    rows: list[Row] = []
    findings: list[Finding] = []
    for some, found in DepthCsv(ByBytes(content, most), max_rows=max_rows):
        rows += zip(some.depths.tolist(), some.grey.tolist(), some.lines.tolist(), strict=True)
        findings += found
    return rows, findings


def assert_read_as_obviously(content: bytes, *, most: int = PIECE) -> tuple[int, int]:
    """How many rows are good, and how many are not."""
    rows, findings = read(content, most=most)
    good, faults = read_obviously(content)
    assert rows == good
    assert [(finding.row, finding.code) for finding in findings] == faults
    return len(good), len(faults)


SPOILT = (
    *("", "   ", "deep", "nan", "-inf", "1e9", "1_0", "256", "-1", "1000", "1.5", "x", "1 2", "=1", "é", "1\t2"),
    *("5.0", " 5 ", "+5", "007", "0005", '"5"', "2e2", "5.", "-0"),  # these are good
)


def spoil(cells: list[str], chance: random.Random) -> list[str]:
    """Cells with something odd, a row too short or too long, or a blank one."""
    kind = chance.random()
    if kind < 0.1:
        return []
    if kind < 0.2:
        return [""] * len(cells)
    if kind < 0.3:
        return cells[: chance.randint(1, len(cells) - 1)]
    if kind < 0.4:
        return [*cells, "1"]
    spoilt = list(cells)
    spoilt[chance.choice((0, chance.randrange(len(cells))))] = chance.choice(SPOILT)
    return spoilt


def random_file(chance: random.Random) -> bytes:
    width = chance.choice((2, 3, 7, 40))
    share = chance.choice((0, 0.02, 0.3, 1))
    lines = [["depth", *(f"col{column}" for column in range(1, width + 1))]]
    for number in range(chance.choice((0, 1, 2, 60, 60, 60))):
        cells = [f"{chance.uniform(-50, 50):.{number % 9}f}", *(str(chance.randrange(256)) for _ in range(width))]
        lines.append(spoil(cells, chance) if chance.random() < share else cells)
    end = chance.choice(("\n", "\r\n"))
    text = end.join(",".join(cells) for cells in lines) + chance.choice(("", end, end * 3))
    return chance.choice((b"", b"\xef\xbb\xbf")) + text.encode()


@pytest.mark.parametrize("seed", range(3))
def test_random_files_are_read_as_cell_by_cell_wherever_pieces_meet(seed):
    chance = random.Random(seed)
    read_rows = [
        assert_read_as_obviously(random_file(chance), most=chance.choice((7, 31, 64, 500, PIECE))) for _ in range(80)
    ]
    good, bad = np.sum(read_rows, axis=0)
    assert good > 1_000
    assert bad > 300


def wide_lines(count: int, width: int = 200) -> list[bytes]:
    grey = np.random.default_rng(1).integers(0, 256, (count, width))
    return [b"%.1f,%b" % (9000 + place / 10, b",".join(b"%d" % v for v in row)) for place, row in enumerate(grey)]


@pytest.mark.parametrize("spoilt", [b"", b"x,1,2", b",,,", b"9000,1"], ids=["blank", "words", "empty", "short"])
def test_faults_where_pieces_of_half_a_megabyte_meet_are_found_once(spoilt):
    header = b"depth," + b",".join(b"col%d" % column for column in range(1, 201))
    content, borders = header + b"\n", [PIECE, 2 * PIECE]
    for line in wide_lines(1_600):
        is_at_border = any(0 <= border - len(content) < len(line) + 2 for border in borders)
        content += (spoilt + b"\n" + line if is_at_border else line) + b"\n"
    assert len(content) > 2 * PIECE
    assert assert_read_as_obviously(content) == (1_600, 2)


@pytest.mark.parametrize("shift", range(-2, 3))
def test_a_line_that_ends_where_a_piece_does_is_read_once(shift):
    """With CR LF, of which the piece may have the CR alone."""
    start = b"depth,a,b\r\n" + b"1,2,3\r\n" * 10
    filler = b"2,%b,5\r\n"
    space = PIECE + shift - len(start) - len(filler % b"")
    rows, findings = read(start + filler % (b" " * (space - 1) + b"4") + b"3,6,7\r\n")
    assert (len(rows), rows[-2:], findings) == (12, [(2.0, [4, 5], 12), (3.0, [6, 7], 13)], [])


@pytest.mark.parametrize("end", ["", "\n", "\n\n \n\t\n", "\r\n\r\n", "\n" * 5_000])
@pytest.mark.parametrize("most", [3, PIECE])
def test_blank_rows_at_the_end_are_left_out_with_or_without_a_last_line_end(end, most):
    rows, findings = read(table(["1,2,3,4"]).rstrip() + end.encode(), most=most)
    assert (rows, findings) == ([(1.0, [2, 3, 4], 2)], [])


@pytest.mark.parametrize("most", [3, PIECE])
def test_blank_rows_in_the_middle_are_named_and_count(most):
    rows, findings = read(table(["1,2,3,4", "", "  ", ",,,", "2,3,4,5"]), most=most)
    assert [line for _, _, line in rows] == [2, 6]
    assert [(finding.row, finding.code) for finding in findings] == [(line, Code.BLANK_ROW) for line in (3, 4, 5)]


def test_a_header_alone_has_no_rows():
    assert read(table([])) == ([], [])


@pytest.mark.parametrize("most", [20, PIECE])
def test_a_row_too_many_is_named(most):
    content = table(["1,2,3,4", "x,2,3,4", "2,2,3,4", "3,2,3,4"])
    assert len(read(content, max_rows=3, most=most)[0]) == 3
    with pytest.raises(CsvRefused, match="Row 5: a scan has at most 2 rows") as refused:
        read(content, max_rows=2, most=most)
    assert refused.value.code == "too_many_rows"


def test_a_line_of_more_than_a_megabyte_is_refused_by_its_row():
    with pytest.raises(CsvRefused, match="Row 4 does not end within 1 MB") as refused:
        read(table(["1,2,3,4", "2,2,3,4"]) + b"3," + b"x" * (3 * PIECE))
    assert refused.value.code == "line_too_long"


def test_blank_rows_are_told_only_where_others_follow_however_many_there_are():
    rows, blanks = table(["1,2,3,4", "2,2,3,4"]), b"\n" * (3 * PIECE)
    assert read(rows + blanks)[0] == read(rows)[0]
    assert read(rows + blanks)[1] == []
    few = read(rows + b"\r\n" * 5_000 + b"3,2,3,4\n")[1]
    assert {finding.code for finding in few} == {Code.BLANK_ROW}
    assert [finding.row for finding in few] == list(range(4, 5_004))
    assert 10_000 < len(read(rows + blanks + b"3,2,3,4\n")[1]) < 50_000


@pytest.mark.parametrize("odd", ["1" * 900_000 + "x", "1." + "1" * 900_000 + "x"])
@pytest.mark.parametrize("line", ["{},2,3,4\n", "1,{},3,4\n"])
def test_a_megabyte_of_digits_takes_no_longer_than_another(odd, line):
    [finding] = read(table([]) + line.format(odd).encode())[1]
    assert finding.row == 2


def test_what_is_read_is_counted_in_bytes():
    content = table(["1,2,3,4"] * 3)
    csv = DepthCsv(io.BytesIO(content), max_rows=MANY)
    assert sum(len(rows.depths) for rows, _ in csv) == 3
    assert csv.bytes_read == len(content)
