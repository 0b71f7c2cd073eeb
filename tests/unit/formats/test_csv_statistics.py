import csv
import io

from poses.engine.deviations import deviations
from poses.formats import csv_statistics


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_there_is_one_row_a_model_and_keypoint():
    found = deviations([[10.0] + [0.0] * 32], [50.0], untouched=1)
    rows = rows_of(csv_statistics.write([("full 1234", found), ("lite 5678", found)]))
    assert len(rows) == 66
    assert tuple(rows[0]) == csv_statistics.HEADER
    assert rows[0] == {
        "name": "nose",
        "model": "full 1234",
        "n": "2",
        "share_moved": "0.5000",
        "median_px": "10.000",
        "p90_px": "10.000",
        "median_torso_percent": "20.000",
    }
    assert rows[33]["model"] == "lite 5678"


def test_what_was_never_moved_has_empty_cells():
    row = rows_of(csv_statistics.write([("full 1234", deviations([], [], untouched=1))]))[5]
    assert (row["share_moved"], row["median_px"], row["p90_px"], row["median_torso_percent"]) == ("0.0000", "", "", "")


def test_a_models_name_runs_as_no_formula():
    rows = rows_of(csv_statistics.write([("=1+1", deviations([], [], untouched=1))]))
    assert rows[0]["model"] == "'=1+1"


def test_without_a_model_there_is_the_header_alone():
    assert csv_statistics.write([]) == ",".join(csv_statistics.HEADER) + "\r\n"
