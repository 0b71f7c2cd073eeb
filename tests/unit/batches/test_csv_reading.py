import csv
import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batches.formats import url_cells
from batches.formats.problems import CsvRefused, Problem
from batches.formats.reading import InputRow, Table, read

HEADER = "S. No.,Product Name,Input Image Urls\n"
URL = "http://x/a.jpg"
ROW = f"1,SKU1,{URL}\n"


def table(text: str | bytes, **options: object) -> Table:
    return read(text if isinstance(text, bytes) else text.encode(), **{"max_rows": 1000, **options})


def refused(text: str | bytes, **options: object) -> list[Problem]:
    with pytest.raises(CsvRefused) as caught:
        table(text, **options)
    assert caught.value.more == 0
    return list(caught.value.problems)


def told(text: str | bytes, **options: object) -> list[tuple[str, int | None, str | None]]:
    return [(problem.code, problem.row, problem.column) for problem in refused(text, **options)]


def only(text: str | bytes, **options: object) -> Problem:
    (problem,) = refused(text, **options)
    return problem


# What is taken


def test_the_contract_s_table():
    found = table(
        "S. No.,Product Name,Input Image Urls\r\n"
        '1,SKU1,"https://x/1.jpg, https://x/2.jpg,https://x/3.jpg"\r\n'
        "2,SKU2,https://x/4.jpg\r\n"
    )
    assert (found.header, found.serial, found.product, found.urls) == (
        ("S. No.", "Product Name", "Input Image Urls"),
        *(0, 1, 2),
    )
    first = "https://x/1.jpg, https://x/2.jpg,https://x/3.jpg"
    assert found.rows == [
        InputRow(2, 1, "1", "SKU1", ("https://x/1.jpg", "https://x/2.jpg", "https://x/3.jpg"), ("1", "SKU1", first)),
        InputRow(3, 2, "2", "SKU2", ("https://x/4.jpg",), ("2", "SKU2", "https://x/4.jpg")),
    ]
    assert (found.warnings, found.more_warnings) == ((), 0)


def test_more_columns_in_any_order_travel_along_as_they_are():
    (row,) = table(f" Note ,urls,SKU,Serial_Number\n a ,{URL},  Chair ,\t7\n").rows
    assert (row.serial, row.product, row.cells) == ("7", "Chair", (" a ", URL, "  Chair ", "\t7"))


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_byte_order_mark_and_line_ends_do_not_matter(start, end):
    found = table(start + f"#,name,url{end}1,Stühle,{URL}{end}2,b,{URL}".encode().replace(b"\n\r", b"\n"))
    assert (found.header[0], found.rows[0].product) == ("#", "Stühle")
    assert [row.line for row in found.rows] == [2, 3]


def test_blank_rows_count_as_lines_but_not_as_rows():
    found = table(f"\n\n{HEADER}\n{ROW} , ,\n\n2,b,{URL}\n,,\n,,,,,\n\n")
    assert [(row.line, row.number, row.serial) for row in found.rows] == [(5, 1, "1"), (8, 2, "2")]


def test_a_cell_of_urls_may_have_line_breaks():
    found = table(f'{HEADER}1,a,"http://x/1,\nhttp://x/2\r\nhttp://x/3, http://x/4,\n\n"\n2,b,{URL}\n')
    assert found.rows[0].urls == ("http://x/1", "http://x/2", "http://x/3", "http://x/4")
    assert [(row.line, row.number) for row in found.rows] == [(2, 1), (7, 2)]


def test_other_cells_may_have_line_breaks_and_commas():
    found = table(f'{HEADER}1,"Chair\nred, big",{URL}\n2,"a ""b""\n3, c",{URL}\n')
    assert [row.product for row in found.rows] == ["Chair\nred, big", 'a "b"\n3, c']


def test_a_quoted_cell_may_stand_behind_a_space():
    (row,) = table('S. No., Product Name, Input Image Urls\n1, SKU1, "http://x/a.jpg, http://x/b.jpg"\n').rows
    assert (row.product, row.urls) == ("SKU1", ("http://x/a.jpg", "http://x/b.jpg"))


def test_an_apostrophe_that_guards_a_formula_is_taken_off():
    (row,) = table(f"#,name,url,a,b,c\n1,'=A1,{URL},'-5,''=x,'quoted'\n").rows
    assert row.cells == ("1", "=A1", URL, "'-5", "'=x", "'quoted'")


@pytest.mark.parametrize(
    ("cell", "urls"),
    [
        ("http://x/a,b.jpg", ("http://x/a,b.jpg",)),
        ("http://x/a,b.jpg,http://x/c", ("http://x/a,b.jpg", "http://x/c")),
        ("http://x/a , HTTPS://x/b", ("http://x/a", "HTTPS://x/b")),
        ("http://x/a,www.x.de/b", ("http://x/a", "www.x.de/b")),
        ("http://x/a,, ,http://x/b,", ("http://x/a", "http://x/b")),
        (",http://x/a, \n", ("http://x/a",)),
        ("http://x/a,\nb.jpg", ("http://x/a", "b.jpg")),
        ("http://x/a\rhttp://x/b", ("http://x/a", "http://x/b")),
        ("no url, http://x/a", ("no url", "http://x/a")),
        ("http://x/a http://x/b", ("http://x/a http://x/b",)),
        ("http://x/?u=a%2Chttp://y", ("http://x/?u=a%2Chttp://y",)),
        (" \n, ", ()),
    ],
)
def test_a_comma_separates_only_where_a_url_or_nothing_follows(cell, urls):
    assert url_cells.split(cell) == urls


# Warnings


def test_a_serial_number_that_stands_twice_is_a_warning():
    found = table(f"{HEADER}{ROW}2,b,{URL}\n1,c,{URL}\n")
    assert len(found.rows) == 3
    message = 'Row 4: the serial number "1" is also in row 2.'
    assert found.warnings == (Problem("csv_duplicate_serial", message, 4, "S. No."),)


def test_an_empty_serial_number_or_name_is_a_warning():
    found = table(f"{HEADER},a,{URL}\n , ,{URL}\n")
    assert [(warning.code, warning.row) for warning in found.warnings] == [
        *(("csv_no_serial", 2), ("csv_no_serial", 3), ("csv_no_product", 3)),
    ]
    assert found.warnings[0].message == 'Row 2: the cell in the column "S. No." is empty.'


def test_urls_that_are_certain_to_fail_are_warnings_and_the_first_hundred_are_kept():
    wrong = {"ftp://x/a": "url_scheme: only http and https are fetched", "x": "url_invalid"}
    found = table(
        f'{HEADER}1,a,"{URL},ftp://x/a"\n' + "".join(f"{n},b,x\n" for n in range(2, 152)), url_problem=wrong.get
    )
    assert (len(found.warnings), found.more_warnings, len(found.rows)) == (100, 51, 151)
    assert found.warnings[:2] == (
        Problem(
            *("url_scheme", 'Row 2: image 2 ("ftp://x/a") will fail: only http and https are fetched.'),
            *(2, "Input Image Urls"),
        ),
        Problem("url_invalid", 'Row 3: image 1 ("x") will fail: url_invalid.', 3, "Input Image Urls"),
    )


# Files that are no CSV


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\n\t", b"\n" * 10_000, b",,\n , ,\n", b'""\n'])
def test_an_empty_file(content):
    assert only(content) == Problem("csv_empty", "The file is empty.")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16(encoding):
    problem = only((HEADER + ROW).encode(encoding))
    assert problem.code == "csv_utf16"
    assert problem.message == (
        "This file is in UTF-16 (“Unicode text”), not UTF-8. Save it as “CSV UTF-8 (comma delimited)” "
        "and upload that file."
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_bytes_that_are_not_utf_8_are_told_with_the_row(end):
    problem = only(f"#,name,url{end}1,a,{URL}{end}é,b,{URL}{end}".encode("latin-1"))
    assert (problem.code, problem.row) == ("csv_encoding", 3)
    assert problem.message.startswith("Row 3 holds a byte (0xE9) that is not UTF-8. Save it as “CSV UTF-8")


def test_nul_characters_are_told_with_row_and_column():
    assert told(f"{HEADER}{ROW}2,b\0,{URL}\n3,c,{URL}\0\n") == [
        *(("csv_nul", 3, "Product Name"), ("csv_nul", 4, "Input Image Urls")),
    ]
    assert told(f"S. No.,Product Name,urls,No\0te\n1,a,{URL},\n") == [("csv_nul", 1, "No\0te")]


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        (b"PK\x03\x04\x14\0\x06\0", "csv_is_spreadsheet", "Excel or LibreOffice workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "csv_is_spreadsheet", "old Excel workbook"),
        (b"%PDF-1.7", "csv_not_csv", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "csv_not_csv", "PNG"),
        (b"\xff\xd8\xff\xe0", "csv_not_csv", "JPEG"),
        (b"GIF89a", "csv_not_csv", "GIF"),
        (b"\x1f\x8b\x08\0", "csv_not_csv", "gzip"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><p>", "csv_not_csv", "web page"),
        (b"<?xml version='1.0'?>", "csv_not_csv", "XML"),
        (b'{"a": 1}', "csv_not_csv", "JSON"),
        (b'[ {"a": 1}]', "csv_not_csv", "JSON"),
    ],
)
def test_other_kinds_of_file_are_called_by_their_name(content, code, named):
    problem = only(content)
    assert (problem.code, problem.row, named in problem.message) == (code, None, True)


# Headers


def test_a_file_without_header():
    problem = only(ROW + ROW)
    assert (problem.code, problem.row) == ("csv_no_header", 1)


def test_a_missing_column_does_not_hide_what_is_wrong_with_the_rows():
    assert told(f"S. No.,Input Image Urls\n1,\n2,{URL},x\n") == [
        ("csv_missing_column", 1, "Product Name"),
        ("csv_no_url", 2, "Input Image Urls"),
        ("csv_cell_count", 3, None),
    ]
    assert told("S. No.,Product Name\n1,a\n") == [("csv_missing_column", 1, "Input Image Urls")]


def test_a_column_that_stands_twice():
    assert told(f"#,name,url,images\n1,a,{URL},\n") == [("csv_duplicate_column", 1, "Input Image Urls")]


@pytest.mark.parametrize("start", ["", "\ufeff", "\r\n"])
def test_semicolons_and_tabs(start):
    assert told(start + (HEADER + ROW).replace(",", ";")) == [("csv_semicolons", None, None)]
    assert told(start + (HEADER + ROW).replace(",", "\t")) == [("csv_delimiter", None, None)]


@pytest.mark.parametrize("text", [HEADER, HEADER.strip(), f"{HEADER}\n,,\n"])
def test_a_header_alone(text):
    assert only(text) == Problem("csv_no_rows", "The file has a header but no rows below it.")


def test_a_quote_that_goes_wrong_in_the_header():
    assert told(f'"S. No.,Product Name,Input Image Urls\n{ROW}') == [("csv_unclosed_quote", 1, None)]
    assert told(f'"S. No."x,Product Name,Input Image Urls\n{ROW}') == [("csv_stray_quote", 1, None)]


# Quotes


@pytest.mark.parametrize(
    "rows",
    [
        f'1,a,"{URL}\n2,b,{URL}\n',
        f'1,a,"{URL}\n2,b,{URL}"\n',
        f'1,a,"{URL}\n2,b,"{URL},{URL}"\n3,c,{URL}\n',
        f'1,a,"{URL},{URL}\n2,"b",{URL}\n',
        f'1,a,"{URL}\n2,b,{URL}\n3,c,"{URL}"\n4,d,{URL}\n',
        f'1,a,"{URL}\n"2","b","{URL}"\n',
    ],
)
def test_an_unclosed_quote_is_told_with_the_row_where_it_opens(rows):
    assert told(HEADER + rows) == [("csv_unclosed_quote", 2, "Input Image Urls")]


def test_a_quote_that_merges_two_rows_without_any_error_of_the_csv_module():
    rows = f'1,"a,{URL}\n2,b",{URL}\n'
    assert [len(row) for row in csv.reader(io.StringIO(HEADER + rows), strict=True)] == [3, 3]
    problem = only(HEADER + rows)
    assert (problem.code, problem.row, problem.column) == ("csv_unclosed_quote", 2, "Product Name")
    assert problem.message == (
        'Row 2: a quote is opened in the column "Product Name" and not closed, so that what follows runs into this '
        "cell. Close it, or write a quote inside a cell as two quotes."
    )


def test_the_row_is_that_of_the_quote_also_behind_cells_with_line_breaks():
    problem = only(f'{HEADER}1,a,"{URL},\n{URL}"\n2,"b\nc","{URL}\n3,d,{URL}\n')
    assert (problem.code, problem.row) == ("csv_unclosed_quote", 5)
    assert problem.message.startswith("Line 5 (row 4 of the table): a quote is opened")


def test_reading_goes_on_behind_an_unclosed_quote():
    assert told(f'{HEADER}1,a,"{URL}\n2,b,{URL}\n3,c\n4,d,"{URL}\n5,e,\n6,f,"{URL}\n') == [
        ("csv_unclosed_quote", 2, "Input Image Urls"),
        ("csv_cell_count", 4, None),
        ("csv_unclosed_quote", 5, "Input Image Urls"),
        ("csv_unclosed_quote", 7, "Input Image Urls"),
    ]


def test_an_open_quote_in_the_last_row():
    assert told(f'{HEADER}{ROW}2,b,"{URL},\n{URL}') == [("csv_unclosed_quote", 3, "Input Image Urls")]


def test_text_behind_a_closing_quote_is_told_and_reading_goes_on():
    found = refused(f'{HEADER}1,"a"b,{URL}\n2,"c\nd"e,{URL}\n3,f\n')
    assert [(problem.code, problem.row) for problem in found] == [
        *(("csv_stray_quote", 2), ("csv_unclosed_quote", 3), ("csv_cell_count", 5)),
    ]
    assert found[0].message == (
        "Row 2: text follows the closing quote of a cell. Put the whole cell into quotes, and write a quote inside it "
        "as two quotes."
    )


def test_a_quote_inside_an_unquoted_cell_is_text():
    assert table(f'{HEADER}1,5" pipe,{URL}\n2,a"b",{URL}\n').rows[0].product == '5" pipe'


def test_files_made_to_be_read_again_from_each_line_end_soon():
    begun = time.perf_counter()
    with pytest.raises(CsvRefused):
        table(HEADER + '1",y,"http://z\n' * 200_000, max_rows=100_000)
    with pytest.raises(CsvRefused):
        table(HEADER + '"http://q,' + "1,a,http://x\n" * 60_000 + '"')
    assert time.perf_counter() - begun < 10


# Sizes


def test_a_cell_over_128_kb_is_told_with_row_and_column_and_reading_goes_on():
    long = "x" * 131_073
    found = refused(f'{HEADER}{ROW}2,{long},{URL}\n3,a,"{URL}\n{long}\n,"\n4,{long[:-1]},{URL}\n5,a,\n')
    assert [(problem.code, problem.row, problem.column) for problem in found] == [
        ("csv_cell_too_large", 3, "Product Name"),
        ("csv_cell_too_large", 4, "Input Image Urls"),
        ("csv_no_url", 8, "Input Image Urls"),
    ]
    assert found[0].message == (
        'Row 3: the cell in the column "Product Name" is longer than 131,072 characters (128 KB). '
        "Split the row into several."
    )


def test_a_cell_over_128_kb_is_found_also_where_the_process_allows_more():
    before = csv.field_size_limit(10_000_000)
    try:
        assert told(f"{HEADER}1,{'x' * 131_073},{URL}\n") == [("csv_cell_too_large", 2, "Product Name")]
    finally:
        csv.field_size_limit(before)


def test_the_process_s_limit_is_left_alone():
    before = csv.field_size_limit()
    table(HEADER + ROW)
    told(f"{HEADER}1,{'x' * 131_073},{URL}\n")
    assert csv.field_size_limit() == before


@pytest.mark.parametrize("row", ["," * 2_000_000, '"' + "a,\n" * 400_000 + '"'])
def test_a_row_over_a_megabyte(row):
    assert told(f"{HEADER}{row}\n{ROW}", max_rows=3)[0][0] in ("csv_row_too_large", "csv_cell_too_large")
    assert told(f"{HEADER}{ROW}{'x,' * 600_000}\n3,a\n") == [
        ("csv_row_too_large", 3, None),
        ("csv_cell_count", 4, None),
    ]


def test_too_few_and_too_many_cells():
    few, many = refused(f"{HEADER}{ROW}2,b\n3,c,http://x/a,http://x/b\n")
    message = "Row 3: 2 cells where the header has 3. Add what is missing, if only an empty cell."
    assert few == Problem("csv_cell_count", message, 3)
    message = 'Row 4: 4 cells where the header has 3. Put a cell with commas into quotes: "url, url".'
    assert many == Problem("csv_cell_count", message, 4)


def test_rows_without_url_and_with_too_many():
    none, many = refused(f'{HEADER}1,a, \n2,b,"{URL},{URL},{URL}"\n', max_urls=2)
    message = 'Row 2: there is no image URL in the column "Input Image Urls".'
    assert none == Problem("csv_no_url", message, 2, "Input Image Urls")
    message = "Row 3: 3 image URLs in one cell; at most 2 are taken. Split the row."
    assert many == Problem("csv_too_many_urls", message, 3, "Input Image Urls")


def test_as_many_rows_and_urls_as_allowed_are_taken():
    assert len(table(f'{HEADER}1,a,"{URL},{URL}"\n{ROW}', max_rows=2, max_urls=2).rows) == 2


def test_too_many_rows():
    message = "The file has more than 2 rows below the header. Split it into several files."
    assert only(HEADER + ROW * 5, max_rows=2) == Problem("csv_too_many_rows", message, 4)


def test_too_many_urls_in_all():
    row = f'1,Shoe,"{URL},{URL}"\n'
    message = "The file has more than 4 image URLs. Split it into several files."
    assert only(HEADER + row * 5, max_urls_in_all=4) == Problem("csv_too_many_images", message, 4)
    assert len(table(HEADER + row * 2, max_urls_in_all=4).rows) == 2


def test_a_million_rows_are_not_read_to_the_end():
    content = HEADER.encode() + ROW.encode() * 1_000_000
    begun = time.perf_counter()
    assert told(content, max_rows=1000) == [("csv_too_many_rows", 1002, None)]
    assert time.perf_counter() - begun < 3


def test_all_is_told_at_once_and_behind_a_hundred_only_counted():
    text = HEADER + "1,a\n2,b,\n" * 75
    with pytest.raises(CsvRefused) as caught:
        table(text)
    assert (len(caught.value.problems), caught.value.more) == (100, 50)
    assert [problem.row for problem in caught.value.problems] == list(range(2, 102))
    assert str(caught.value).startswith("Row 2: 2 cells where the header has 3.")


# Anything at all

PIECES = st.sampled_from(
    [
        ",",
        '"',
        '""',
        "\n",
        "\r\n",
        "\r",
        " ",
        ";",
        "1",
        "a",
        "é",
        "'",
        "=",
        "\0",
        "http://x/a",
        "\ufeff",
        "\u2028",
        "\x0c",
    ]
)


def outcome(text: str | bytes, **options: object) -> Table | CsvRefused:
    try:
        return table(text, **options)
    except CsvRefused as refusal:
        return refusal


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join), st.booleans(), st.integers(0, 4))
def test_any_text_is_taken_or_refused(text, with_header, max_rows):
    found = outcome((HEADER if with_header else "") + text, max_rows=max_rows, max_urls=2)
    if isinstance(found, CsvRefused):
        assert [problem.message for problem in found.problems if problem.message]
        return
    assert 1 <= len(found.rows) <= max_rows
    assert all(len(row.cells) == len(found.header) and 1 <= len(row.urls) <= 2 for row in found.rows)


CELLS = st.sampled_from(["a", "red, big", "two\nlines", '5" pipe', ""])
LISTS = st.lists(st.sampled_from([URL, "http://x/b,c.jpg", "http://y/d"]), min_size=1, max_size=3)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(CELLS, LISTS.map(",\n".join), CELLS), min_size=2, max_size=5), st.data())
def test_a_quote_too_many_is_told_in_its_own_row_and_right_files_are_taken(rows, data):
    lines = [HEADER.strip() + ",Note\n"]
    for number, row in enumerate(rows):
        line = io.StringIO(newline="")
        csv.writer(line, lineterminator="\n").writerow([number, row[0] or "x", *row[1:]])
        lines.append(line.getvalue())
    assert len(table("".join(lines)).rows) == len(rows)
    at = data.draw(st.integers(1, len(rows)))
    begins = 1 + "".join(lines[:at]).count("\n")
    ends = begins + lines[at].count("\n")
    place = lines[at].index(",") + 1
    lines[at] = f'{lines[at][:place]}"{lines[at][place:]}'
    assert [problem.row for problem in refused("".join(lines)) if begins <= (problem.row or 0) < ends]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_are_taken_or_refused(content, with_header):
    found = outcome((HEADER.encode() if with_header else b"") + content)
    assert found.problems if isinstance(found, CsvRefused) else found.rows
