"""What kind of file it is, and its first row."""

import gzip
import io
import zipfile

import pytest

from frames.formats.findings import CsvRefused
from frames.formats.header import MAX_WIDTH, Header, parse_header
from frames.formats.reading import DepthCsv


def columns(width: int) -> bytes:
    return b",".join([b"depth", *(b"col%d" % place for place in range(1, width + 1))])


def workbook() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
    return target.getvalue()


CSV = "depth,col1,col2\n1,2,3\n"


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "empty_file", "is empty"),
        (workbook(), "not_csv", "Save it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not_csv", "old Excel workbook"),
        (gzip.compress(CSV.encode()), "not_csv", "Unpack it"),
        (CSV.encode("utf-16"), "not_csv", "UTF-8"),
        (CSV.encode("utf-16-be"), "not_csv", "NUL"),
        (b"\xfe\xff" + CSV.encode("utf-16-be"), "not_csv", "UTF-16"),
        (b"\x89PNG\r\n\x1a\n", "not_csv", "a picture"),
        (b"\xff\xd8\xff\xe0", "not_csv", "a picture"),
        (b"depth,col1\0,col2\n", "not_csv", "NUL"),
        (b"depth;col1;col2\n1;2;3\n", "wrong_separator", "semicolons"),
        (b"depth\tcol1\tcol2\n1\t2\t3\n", "wrong_separator", "tabs"),
        (b"9000.1,1,2\n9000.2,1,2\n", "no_header", "must name the columns"),
        (b"9000.1,a,b\n", "no_header", "column 1"),
        (b"depth\n1\n", "too_few_columns", "1 column:"),
        (b"depth,col1\n1,2\n", "too_few_columns", "2 columns:"),
        (b"\n\n", "too_few_columns", "Row 1"),
        (b"\xef\xbb\xbf", "too_few_columns", "Row 1"),
        (columns(MAX_WIDTH + 1) + b"\n", "too_many_columns", "4,097"),
        (columns(5_000) + b"\n", "too_many_columns", "5,000"),
        (b"depth,col1,col2\r1,2,3\r4,5,6\r", "wrong_line_ends", "CR alone"),
        (b"depth,col1,col2\r1,2,3\r4,5,6\n", "wrong_line_ends", "CR alone"),
        (b"x" * ((1 << 20) + 1), "line_too_long", "Row 1 does not end"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_remedy(content, code, words):
    with pytest.raises(CsvRefused, match=words) as refused:
        DepthCsv(io.BytesIO(content), max_rows=10)
    assert refused.value.code == code


@pytest.mark.parametrize("width", [2, 200, MAX_WIDTH])
def test_the_header_says_how_wide_the_rows_are(width):
    header = parse_header(columns(width))
    assert (header.width, header.names[0], header.names[-1]) == (width, "depth", f"col{width}")


@pytest.mark.parametrize("line", [b"\xef\xbb\xbfdepth,a,b", b"depth,a,b\r", b'"depth", "a" ,b', b" depth ,a, b"])
def test_a_mark_of_utf_8_quotes_spaces_and_cr_are_no_part_of_the_names(line):
    assert parse_header(line) == Header(("depth", "a", "b"))


def test_columns_without_a_name_are_named_by_place_and_long_names_cut():
    assert parse_header(b",,1," + b"x" * 99).names == ("column 1", "column 2", "1", "x" * 60)
