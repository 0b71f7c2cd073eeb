"""/api/poses/<id>/revisions/, restore/ and audit.csv."""

import csv
import io
from base64 import b64encode
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from poses.models import LogEntry, Photo, Pose, PoseRevision
from poses.selectors import revisions as revision_reads
from poses.services.editing import change_keypoints

from .conftest import api_of


@pytest.fixture
def pose(photo: Photo) -> Pose:
    return photo.poses.select_related("current").get()


def url(pose: Pose, rest: str = "") -> str:
    return f"/api/poses/{pose.id}/{rest}"


def edit(pose: Pose, editor: object, *points: dict, **options: object) -> PoseRevision:
    pose = Pose.objects.select_related("current").get(pk=pose.pk)
    return change_keypoints(
        pose=pose, keypoints=list(points), editor=editor, expected_revision=pose.current.number, **options
    )


def move(pose: Pose, editor: object, name: str, x: float, **options: object) -> PoseRevision:
    return edit(pose, editor, {"name": name, "x": x, "y": 0.5}, **options)


def grant(user: object, *codenames: str) -> object:
    found = Permission.objects.filter(content_type__app_label="poses", codename__in=codenames)
    assert found.count() == len(codenames)
    user.user_permissions.add(*found)
    return type(user).objects.get(pk=user.pk)


def test_the_list_is_newest_first_without_keypoints(api, user, pose):
    move(pose, user, "nose", 0.25, client="page", reason="hidden by the hand")
    body = api.get(url(pose, "revisions/")).json()
    second, first = body["results"]
    assert (second["number"], second["source"], second["is_current"]) == (2, "human", True)
    assert (second["editor"], second["client"], second["reason"]) == ("Ada Lovelace", "page", "hidden by the hand")
    assert (second["began_from"], second["restored_from"], second["points_moved"]) == (1, None, 1)
    assert second["mean_moved_px"] > 0
    assert (first["number"], first["source"], first["is_current"], first["editor"]) == (1, "model", False, None)
    assert first["points_moved"] is None
    assert not {"keypoints", "world_keypoints"} & set(second)


def test_the_list_is_paged_by_cursor_without_gaps(api, user, pose):
    for number in range(6):
        move(pose, user, "nose", 0.1 + number / 10)
    numbers, address = [], url(pose, "revisions/?limit=3")
    while address:
        body = api.get(address).json()
        numbers += [one["number"] for one in body["results"]]
        address = body["next"]
    assert numbers == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("position", ["x", "-1", "9" * 30, "1.5", "2026-01-31T12:00:00Z", "٣"])
def test_a_made_up_cursor_is_404(position, api, pose):
    cursor = b64encode(urlencode({"p": position}).encode()).decode()
    assert api.get(url(pose, "revisions/"), {"cursor": cursor}).status_code == 404


def test_a_list_takes_the_same_queries_however_long(api, user, pose, django_assert_num_queries):
    move(pose, user, "nose", 0.1)
    api.get(url(pose, "revisions/"))
    with django_assert_num_queries(2):
        api.get(url(pose, "revisions/"))
    for number in range(5):
        move(pose, user, "nose", 0.2 + number / 10)
    with django_assert_num_queries(2) as queries:
        assert len(api.get(url(pose, "revisions/")).json()["results"]) == 7
    assert '"keypoints"' not in "".join(query["sql"] for query in queries)


def test_one_revision_comes_with_its_keypoints_as_they_were(api, user, pose):
    before = pose.current.keypoints
    extras = [{"name": "c7", "x": 0.5, "y": 0.2, "state": "visible"}]
    edit(pose, user, {"name": "nose", "x": 0.25, "state": "occluded"}, extra_keypoints=extras)
    first, second = (api.get(url(pose, f"revisions/{number}/")).json() for number in (1, 2))
    assert (first["keypoints"], first["extra_keypoints"]) == (before, [])
    assert second["keypoints"][0] == before[0] | {"x": 0.25, "state": "occluded"}
    assert second["extra_keypoints"] == extras
    assert second["world_keypoints"] == first["world_keypoints"] == pose.current.world_keypoints
    assert second["box"] != first["box"]


@pytest.mark.parametrize("number", ["2", "0", "9" * 30, "-1", "x"])
def test_a_revision_that_the_pose_has_not_is_404(number, api, pose):
    assert api.get(url(pose, f"revisions/{number}/")).status_code == 404


def test_restoring_a_whole_revision_makes_it_the_current_one_again(api, user, pose):
    before = pose.current.keypoints
    move(pose, user, "nose", 0.25)
    wanted = {"revision": 1, "expected_revision": 2, "reason": "moved by mistake"}
    response = api.post(url(pose, "restore/"), wanted)
    assert response.status_code == 200, response.json()
    body = response.json()
    assert (body["revision"], body["source"], body["keypoints"]) == (3, "model", before)
    third = PoseRevision.objects.get(number=3)
    assert (third.restored_from, third.began_from, third.client) == (1, 2, "api")
    assert (third.reason, third.editor, third.points_moved) == ("moved by mistake", user, 1)
    assert Pose.objects.get().current == third
    assert LogEntry.objects.filter(action="edit", actor=user).count() == 2


def test_restoring_named_points_leaves_the_others(api, user, pose):
    before = pose.current.keypoints
    move(pose, user, "nose", 0.25)
    after = move(pose, user, "left_knee", 0.75).keypoints
    body = api.post(url(pose, "restore/"), {"revision": 1, "points": ["nose"], "expected_revision": 3}).json()
    assert (body["revision"], body["source"]) == (4, "human")
    assert body["keypoints"] == [before[0], *after[1:]]
    assert body["keypoints"][25]["x"] == 0.75


def test_an_extra_landmark_is_taken_away_again(api, user, pose):
    edit(pose, user, {"name": "nose"}, extra_keypoints=[{"name": "chin", "x": 0.5, "y": 0.2}])
    body = api.post(url(pose, "restore/"), {"revision": 1, "points": ["chin"], "expected_revision": 2}).json()
    assert body["extra_keypoints"] == []


def test_a_restore_from_a_stale_revision_is_409_and_changes_nothing(api, user, pose):
    move(pose, user, "nose", 0.25)
    response = api.post(url(pose, "restore/"), {"revision": 1, "expected_revision": 1})
    assert (response.status_code, response.json()["code"]) == (409, "stale_edit")
    assert list(response.json()["fields"]) == ["expected_revision"]
    assert PoseRevision.objects.count() == 2


def test_an_approved_pose_takes_no_restore(api, user, pose):
    move(pose, user, "nose", 0.25)
    Pose.objects.update(review_status="approved", reviewed_at=timezone.now())
    response = api.post(url(pose, "restore/"), {"revision": 1, "expected_revision": 2})
    assert (response.status_code, response.json()["code"]) == (409, "pose_approved")
    assert list(response.json()["fields"]) == ["keypoints"]
    assert PoseRevision.objects.count() == 2


def test_a_revision_of_another_pose_cannot_be_brought_back(api, user, pose, make_photo):
    other = make_photo().poses.get()
    for number in range(3):
        move(other, user, "nose", 0.1 + number / 10)
    response = api.post(url(pose, "restore/"), {"revision": 4, "expected_revision": 1})
    assert (response.status_code, response.json()["code"]) == (400, "revision_unknown")
    assert list(response.json()["fields"]) == ["revision"]
    assert pose.revisions.count() == 1


BAD = {
    "no revision": ({"expected_revision": 1}, "revision"),
    "revision 0": ({"revision": 0, "expected_revision": 1}, "revision"),
    "a huge revision": ({"revision": 10**30, "expected_revision": 1}, "revision"),
    "text for a revision": ({"revision": "one", "expected_revision": 1}, "revision"),
    "no expected revision": ({"revision": 1}, "expected_revision"),
    "an unknown expected revision": ({"revision": 1, "expected_revision": 9}, "expected_revision"),
    "an unknown point": ({"revision": 1, "expected_revision": 1, "points": ["tail"]}, "points"),
    "no point": ({"revision": 1, "expected_revision": 1, "points": []}, "points"),
    "text for points": ({"revision": 1, "expected_revision": 1, "points": "nose"}, "points"),
    "too many points": ({"revision": 1, "expected_revision": 1, "points": ["nose"] * 42}, "points"),
    "too long a reason": ({"revision": 1, "expected_revision": 1, "reason": "x" * 301}, "reason"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_restores_are_400_with_the_field_and_change_nothing(case, api, pose):
    body, field = BAD[case]
    response = api.post(url(pose, "restore/"), body)
    assert response.status_code == 400, response.json()
    assert list(response.json()["fields"]) == [field]
    assert PoseRevision.objects.count() == 1


def audit(client, pose: Pose) -> list[dict[str, str]]:
    response = client.get(url(pose, "audit.csv"))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.getvalue().decode(), newline=""), strict=True))


def test_the_audit_has_a_row_a_changed_point_and_revision(api, user, pose):
    nose = pose.current.keypoints[0]
    moved = move(pose, user, "nose", 0.25, client="page", reason="=SUM(A1)")
    extras = [{"name": "c7", "x": 0.5, "y": 0.25, "state": "visible"}]
    edit(pose, user, {"name": "left_knee", "state": "occluded"}, client="api", extra_keypoints=extras)
    rows = audit(api, pose)
    assert [(row["revision"], row["point"]) for row in rows] == [("2", "nose"), ("3", "left_knee"), ("3", "c7")]
    first, knee, c7 = rows
    assert first["moment"] == moved.created_at.isoformat()
    assert (first["editor"], first["client"], first["reason"]) == ("Ada Lovelace", "page", "'=SUM(A1)")
    assert float(first["old_x_px"]) == pytest.approx(nose["x"] * 64, abs=0.001)
    assert (first["new_x_px"], first["new_y_px"]) == ("16.000", "24.000")
    assert float(first["moved_px"]) == pytest.approx(moved.mean_moved_px, abs=0.001)
    assert (knee["old_state"], knee["new_state"], knee["moved_px"]) == ("visible", "occluded", "0.000")
    assert (c7["old_x_px"], c7["old_state"], c7["new_x_px"], c7["moved_px"]) == ("", "absent", "32.000", "")


def test_the_audit_is_read_in_batches_and_leaves_no_edit_out(api, user, pose, monkeypatch):
    monkeypatch.setattr(revision_reads, "_BATCH", 2)
    for number in range(5):
        move(pose, user, "nose", 0.1 + number / 10)
    api.post(url(pose, "restore/"), {"revision": 1, "expected_revision": 6})
    rows = audit(api, pose)
    assert [int(row["revision"]) for row in rows] == [2, 3, 4, 5, 6, 7]
    assert [row["new_x_px"] for row in rows[:-1]] == [row["old_x_px"] for row in rows[1:]]


def test_a_pose_that_nobody_corrected_has_an_audit_without_rows(api, pose):
    assert audit(api, pose) == []


def test_who_may_see_but_not_export_gets_no_tables(stranger, pose):
    viewer = api_of(grant(stranger, "view_photo"))
    assert viewer.get(url(pose, "revisions/")).status_code == 200
    for path in (url(pose, "audit.csv"), f"/api/photos/{pose.photo_id}/keypoints.csv"):
        response = viewer.get(path)
        assert (response.status_code, response.json()["code"]) == (403, "export_not_allowed")
    exporter = api_of(grant(stranger, "export_pose"))
    for path in (url(pose, "audit.csv"), f"/api/photos/{pose.photo_id}/keypoints.csv"):
        assert exporter.get(path).status_code == 200


def test_who_may_see_but_not_edit_restores_nothing(stranger, user, pose):
    move(pose, user, "nose", 0.25)
    viewer = api_of(grant(stranger, "view_photo"))
    assert viewer.post(url(pose, "restore/"), {"revision": 1, "expected_revision": 2}).status_code == 404
    assert PoseRevision.objects.count() == 2


@pytest.mark.parametrize("path", ["revisions/", "revisions/1/", "audit.csv"])
def test_someone_elses_is_404_and_anonymous_callers_are_401(path, client, stranger_api, pose):
    assert stranger_api.get(url(pose, path)).status_code == 404
    assert client.get(url(pose, path)).status_code == 401


def test_others_restore_nothing(client, stranger_api, pose):
    wanted = {"revision": 1, "expected_revision": 1}
    assert stranger_api.post(url(pose, "restore/"), wanted).status_code == 404
    assert client.post(url(pose, "restore/"), wanted, content_type="application/json").status_code == 401
    assert PoseRevision.objects.count() == 1


@pytest.mark.parametrize("path", ["revisions/", "revisions/1/", "audit.csv"])
def test_what_is_read_takes_no_post(path, api, pose):
    assert api.post(url(pose, path)).status_code == 405
    assert api.get("/api/poses/not-an-id/" + path).status_code == 404


def test_restoring_takes_posts_only(api, pose):
    assert api.get(url(pose, "restore/")).status_code == 405
    assert api.post("/api/poses/not-an-id/restore/", {}).status_code == 404
