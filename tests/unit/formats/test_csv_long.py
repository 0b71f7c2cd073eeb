import csv
import io

import pytest

from poses.engine import landmarks
from poses.engine.people import ExtraKeypoint, Keypoint, KeypointState
from poses.formats import csv_long
from poses.formats.csv_long import PersonRows, PhotoRows

PERSON = tuple(Keypoint(name, 0.5 + index / 100, 0.25, -0.125, 0.9, 0.95) for index, name in enumerate(landmarks.NAMES))


def rows(*people: PersonRows, media_id: str = "8d0f") -> list[dict[str, str]]:
    text = csv_long.write([PhotoRows(media_id, 640, 480, people)])
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_the_header_names_what_the_format_says():
    header = "media_id,frame,time_s,person,keypoint_index,keypoint,x_px,y_px,z,visibility,presence,state,source"
    assert csv_long.write([PhotoRows("1", 10, 10, [])]) == header + "\r\n"


def test_several_photos_have_one_header_and_pixels_of_their_own():
    photos = [PhotoRows(name, width, 100, [PersonRows(0, "model", PERSON)]) for name, width in (("a", 100), ("b", 200))]
    found = list(csv.DictReader(io.StringIO(csv_long.write(photos), newline=""), strict=True))
    assert [row["media_id"] for row in found] == ["a"] * 33 + ["b"] * 33
    assert (found[0]["x_px"], found[33]["x_px"]) == ("50.000", "100.000")


def test_a_row_a_keypoint_in_pixels():
    found = rows(PersonRows(0, "model", PERSON), PersonRows(1, "human", PERSON))
    assert len(found) == 66
    assert found[2] == {
        "media_id": "8d0f",
        "frame": "",
        "time_s": "",
        "person": "0",
        "keypoint_index": "2",
        "keypoint": "left_eye",
        "x_px": "332.800",
        "y_px": "120.000",
        "z": "-0.125000",
        "visibility": "0.900000",
        "presence": "0.950000",
        "state": "visible",
        "source": "model",
    }
    assert [row["keypoint"] for row in found[33:]] == list(landmarks.NAMES)
    assert {(row["person"], row["source"]) for row in found[33:]} == {("1", "human")}


def test_points_outside_the_photo_keep_their_sign():
    (row,) = rows(PersonRows(0, "human", [Keypoint("nose", -0.1, 1.5, 0.0, 0.1, 0.9)]))
    assert (row["x_px"], row["y_px"], row["state"]) == ("-64.000", "720.000", "absent")


def test_extra_landmarks_follow_with_numbers_of_their_own_and_no_depth():
    extras = [ExtraKeypoint("c7", 0.5, 0.25), ExtraKeypoint("chin", 0.25, 0.5, KeypointState.OCCLUDED)]
    found = rows(PersonRows(0, "human", PERSON, extras))[33:]
    assert [(row["keypoint_index"], row["keypoint"], row["state"]) for row in found] == [
        ("33", "c7", "visible"),
        ("40", "chin", "occluded"),
    ]
    assert (found[0]["x_px"], found[0]["y_px"]) == ("320.000", "120.000")
    assert {found[0][name] for name in ("z", "visibility", "presence")} == {""}


@pytest.mark.parametrize("evil", ['=HYPERLINK("http://example.org")', "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_is_defused(evil):
    found = rows(PersonRows(0, evil, PERSON[:1]), media_id=evil)
    assert (found[0]["media_id"], found[0]["source"]) == ("'" + evil, "'" + evil)
