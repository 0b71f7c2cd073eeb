import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batches.formats.escapes import escaped, restored
from batches.formats.reading import Table, read
from batches.formats.writing import OutputImage, OutputRow, failed_lines, output_lines

HEADER = ("S. No.", "Product Name", "Input Image Urls")
DONE = OutputImage(
    url="http://x/1", output_url="https://me/1.jpg", bytes_before=2000, bytes_after=1000, people_found=2, photo_id="p1"
)
FAILED = OutputImage(url="http://x/2", error="http_status_404", error_message="Not\nfound", bytes_before=None)
CELLS = ("1", "SKU1", "http://x/1,http://x/2,http://x/1")


def row(*images: OutputImage, cells: tuple[str, ...] = CELLS, status: str = "completed") -> OutputRow:
    return OutputRow(cells=cells, images=images, status=status)


def written(lines) -> list[dict[str, str]]:
    text = "".join(lines).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def again(lines) -> Table:
    return read("".join(lines).encode(), max_rows=1000)


def test_the_results_stand_behind_the_input_columns():
    (found,) = written(output_lines(HEADER, [row(DONE, FAILED, DONE)]))
    assert found == {
        "S. No.": "1",
        "Product Name": "SKU1",
        "Input Image Urls": "http://x/1,http://x/2,http://x/1",
        "Output Image Urls": "https://me/1.jpg,,https://me/1.jpg",
        "Status": "completed",
        "Error": "2: http_status_404: Not found",
        "Bytes Before": "2000;;2000",
        "Bytes After": "1000;;1000",
        "People Found": "2;;2",
        "Photo Ids": "p1,,p1",
    }


def test_several_errors_stand_in_one_cell_with_their_positions():
    plain = OutputImage(url="http://x", error="timeout_total")
    (found,) = written(output_lines(HEADER, [row(FAILED, DONE, plain)]))
    assert found["Error"] == "1: http_status_404: Not found; 3: timeout_total"


def test_no_people_is_nought_and_not_empty():
    (found,) = written(output_lines(HEADER, [row(OutputImage(url="http://x", people_found=0))]))
    assert found["People Found"] == "0"


def test_a_comma_inside_an_output_url_does_not_move_the_others():
    comma = OutputImage(url="http://x", output_url="https://me/a,b.jpg")
    (found,) = written(output_lines(HEADER, [row(FAILED, comma)]))
    assert found["Output Image Urls"] == ",https://me/a%2Cb.jpg"


def test_lines_end_as_spreadsheets_want_and_the_mark_can_be_left_out():
    with_mark, without = (list(output_lines(HEADER, [row(DONE)], bom=bom)) for bom in (True, False))
    assert "".join(with_mark).encode().startswith(b"\xef\xbb\xbfS. No.,")
    assert "".join(with_mark) == "\ufeff" + "".join(without)
    assert without[0].endswith("People Found,Photo Ids\r\n")
    assert "".join(failed_lines(HEADER, [], bom=False)) == "S. No.,Product Name,Input Image Urls,Reason\r\n"


def test_rows_are_written_as_they_come():
    asked = []
    lines = output_lines(HEADER, (asked.append(number) or row(DONE) for number in range(1000)))
    assert next(lines).count("\n") == 1
    assert asked == []
    assert next(lines).count("\n") == len(asked) < 1000
    assert sum(piece.count("\n") for piece in lines) == 1000 - 200


def test_names_that_the_input_has_already_get_a_number():
    header = (*HEADER, "status", "Status 2", "output_image_urls")
    (found,) = written(output_lines(header, [row(DONE, cells=(*CELLS, "a", "b", "c"))]))
    assert list(found)[3:9] == ["status", "Status 2", "output_image_urls", "Output Image Urls 2", "Status 3", "Error"]
    assert (found["status"], found["Status 3"], found["Output Image Urls 2"]) == ("a", "completed", "https://me/1.jpg")


def test_the_output_can_be_uploaded_as_it_is():
    found = again(output_lines(HEADER, [row(DONE, FAILED)]))
    assert (found.rows[0].cells[:3], found.rows[0].urls) == (CELLS, ("http://x/1", "http://x/2", "http://x/1"))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        *(
            ("=1+1", "'=1+1"),
            ("+cmd", "'+cmd"),
            ("-a", "'-a"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
        ),
        *(("-5", "-5"), ("+3.2", "+3.2"), ("-.5e-3", "-.5e-3"), ("-5+3", "'-5+3"), ("+49 30", "'+49 30"), ("-", "'-")),
        *(("a=1", "a=1"), ("", ""), ("'", "'"), ("'a", "'a"), ("'-5", "'-5"), ("'=1", "''=1"), ("''=1", "'''=1")),
        ("-٣", "'-٣"),
    ],
)
def test_formulas_are_guarded_and_numbers_are_not(value, cell):
    assert (escaped(value), restored(cell)) == (cell, value)


def test_every_cell_is_guarded():
    evil = OutputImage(url="x", output_url="=1", error="x", error_message="=1", photo_id="@1")
    text = "".join(output_lines(("=h", *HEADER), [row(evil, cells=("-x", *CELLS), status="+s")], bom=False))
    assert text.splitlines()[0].startswith("'=h,S. No.,")
    assert text.splitlines()[1].startswith("'-x,1,SKU1,")
    assert text.splitlines()[1].endswith(",'=1,'+s,1: x: =1,,,,'@1")


def test_failed_rows_come_back_with_their_reasons_and_the_others_do_not():
    (found,) = written(failed_lines(HEADER, [row(DONE), row(FAILED, DONE), row()]))
    assert found == dict(zip(HEADER, CELLS, strict=True)) | {"Reason": "1: http_status_404: Not found"}


def test_a_second_round_has_one_column_of_reasons():
    first = again(failed_lines(HEADER, [row(DONE, FAILED)]))
    assert first.header == (*HEADER, "Reason")
    later = OutputImage(url="http://x/2", error="timeout_total")
    (found,) = written(failed_lines(first.header, [row(DONE, later, cells=first.rows[0].cells)]))
    assert found == dict(zip(HEADER, CELLS, strict=True)) | {"Reason": "2: timeout_total"}


def test_a_reason_of_the_input_that_is_not_last_stays():
    lines = list(failed_lines(("Reason", *HEADER), [row(FAILED, cells=("mine", *CELLS))], bom=False))
    assert "".join(lines).splitlines()[0] == "Reason,S. No.,Product Name,Input Image Urls,Reason"
    assert again(lines).rows[0].cells[0] == "mine"


TEXT = st.text(st.sampled_from("ab1 é,;'\"=+-@\t\r\n.\u2028"), max_size=8)
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20).filter(str.strip)
ROWS = st.tuples(NAMES.filter(lambda text: "://" not in text), TEXT.filter(lambda text: "://" not in text), TEXT)


@settings(max_examples=200, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=5))
def test_what_was_read_is_read_again_the_same(rows):
    source = io.StringIO(newline="")
    csv.writer(source).writerows(
        [("#", "name", "note", "url"), *((a, b, c, "http://x/a,b,\nhttp://y") for a, b, c in rows)]
    )
    first = read(source.getvalue().encode(), max_rows=10)
    assert len(first.rows) == len(rows)
    failed = (OutputRow(cells=row.cells, images=[FAILED], status="failed") for row in first.rows)
    for lines in (output_lines(first.header, failed), failed_lines(first.header, list(map(one, first.rows)))):
        second = again(lines)
        assert second.header[:4] == first.header
        assert [row.cells[:4] for row in second.rows] == [row.cells for row in first.rows]
        assert [row.urls for row in second.rows] == [("http://x/a,b", "http://y")] * len(rows)


def one(found) -> OutputRow:
    return OutputRow(cells=found.cells, images=[FAILED], status="failed")


@given(TEXT)
def test_the_guard_comes_off_without_loss(value):
    assert restored(escaped(value)) == value
