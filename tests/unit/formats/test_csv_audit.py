import csv
import dataclasses
import io
from datetime import UTC, datetime

import pytest

from poses.engine import landmarks
from poses.engine.people import ExtraKeypoint, Keypoint, KeypointState, PoseVersion
from poses.formats import csv_audit
from poses.formats.csv_audit import Edit

SIZE = (640, 480)
BEFORE = PoseVersion(tuple(Keypoint(name, 0.5, 0.25, 0.0, 0.9, 0.95) for name in landmarks.NAMES))


def changed(index: int, **change: object) -> PoseVersion:
    points = list(BEFORE.keypoints)
    points[index] = dataclasses.replace(points[index], **change)
    return PoseVersion(tuple(points))


def edit(after: PoseVersion, before: PoseVersion = BEFORE, **fields: object) -> Edit:
    plain = {"revision": 2, "moment": datetime(2026, 1, 31, 12, tzinfo=UTC), "editor": "Ada", "client": "page"}
    return Edit(**{"reason": "", **plain, **fields}, before=before, after=after)


def rows(*batches: list[Edit]) -> list[dict[str, str]]:
    text = "".join(csv_audit.pieces(batches, size=SIZE))
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_the_header_stands_first_and_alone_where_nothing_was_changed():
    header = (
        "revision,moment,editor,client,reason,point,old_x_px,old_y_px,old_state,new_x_px,new_y_px,new_state,moved_px"
    )
    assert "".join(csv_audit.pieces([], size=SIZE)) == header + "\r\n"


def test_a_point_that_moved_has_both_places_in_pixels():
    (row,) = rows([edit(changed(0, x=0.5 + 3 / 640, y=0.25 + 4 / 480), reason="hidden")])
    assert row == {
        "revision": "2",
        "moment": "2026-01-31T12:00:00+00:00",
        "editor": "Ada",
        "client": "page",
        "reason": "hidden",
        "point": "nose",
        "old_x_px": "320.000",
        "old_y_px": "120.000",
        "old_state": "visible",
        "new_x_px": "323.000",
        "new_y_px": "124.000",
        "new_state": "visible",
        "moved_px": "5.000",
    }


def test_a_state_alone_is_a_change_of_no_pixels():
    (row,) = rows([edit(changed(3, marked=KeypointState.ABSENT))])
    assert (row["point"], row["old_state"], row["new_state"], row["moved_px"]) == (
        *("left_eye_outer", "visible", "absent", "0.000"),
    )


@pytest.mark.parametrize("is_placed", [True, False])
def test_an_extra_landmark_has_one_place_and_no_distance(is_placed):
    placed = PoseVersion(BEFORE.keypoints, (ExtraKeypoint("c7", 0.5, 0.5),))
    (row,) = rows([edit(placed) if is_placed else edit(BEFORE, before=placed)])
    there, gone = ("new", "old") if is_placed else ("old", "new")
    assert (row["point"], row["moved_px"]) == ("c7", "")
    assert (row[f"{there}_x_px"], row[f"{there}_y_px"], row[f"{there}_state"]) == ("320.000", "240.000", "visible")
    assert (row[f"{gone}_x_px"], row[f"{gone}_y_px"], row[f"{gone}_state"]) == ("", "", "absent")


def test_an_edit_that_moved_nothing_is_not_left_out():
    (row,) = rows([edit(BEFORE)])
    assert (row["revision"], row["point"], row["moved_px"]) == ("2", "", "")


def test_batches_follow_each_other_a_piece_each():
    batches = [[edit(changed(0, x=0.6))], [edit(changed(1, x=0.6), revision=3), edit(changed(2, x=0.6), revision=4)]]
    assert len(list(csv_audit.pieces(batches, size=SIZE))) == 3
    assert [row["revision"] for row in rows(*batches)] == ["2", "3", "4"]


@pytest.mark.parametrize("evil", ['=HYPERLINK("http://example.org")', "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_text_that_a_spreadsheet_would_run_is_defused(evil):
    (row,) = rows([edit(changed(0, x=0.6), editor=evil, reason=evil)])
    assert (row["editor"], row["reason"]) == ("'" + evil, "'" + evil)
