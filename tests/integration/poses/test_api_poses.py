"""/api/poses/."""

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from core.errors import DomainError
from poses.models import LogEntry, Photo, Pose, PoseRevision
from poses.services.editing import change_keypoints

from .conftest import api_of


@pytest.fixture
def pose(photo: Photo) -> Pose:
    return photo.poses.select_related("current").get()


def url(pose: Pose) -> str:
    return f"/api/poses/{pose.id}/"


def keypoints_of(pose: Pose) -> list[dict]:
    return [dict(point) for point in pose.current.keypoints]


def test_the_list_holds_the_callers_poses(api, pose, make_photo, stranger):
    make_photo(stranger)
    body = api.get("/api/poses/").json()
    assert [one["id"] for one in body["results"]] == [str(pose.id)]
    assert body["results"][0]["photo"] == str(pose.photo_id)


def test_putting_33_keypoints_makes_a_new_revision_and_keeps_the_models(api, user, pose):
    points = keypoints_of(pose)
    points[0] |= {"x": 0.123456, "y": 0.654321}
    response = api.put(url(pose), {"expected_revision": 1, "keypoints": points})
    assert response.status_code == 200, response.json()
    body = response.json()
    assert (body["revision"], body["source"]) == (2, "human")
    assert body["keypoints"][0]["x"] == 0.123456
    first, second = pose.revisions.order_by("number")
    assert first.keypoints == pose.current.keypoints
    assert second.editor == user
    assert second.detection is None
    assert Pose.objects.get().current == second
    assert LogEntry.objects.filter(action="edit", actor=user).count() == 1
    assert api.get(url(pose)).json()["keypoints"] == body["keypoints"]


def test_patching_changes_the_named_points_and_fields_only(api, pose):
    before = keypoints_of(pose)
    edit = {"expected_revision": 1, "keypoints": [{"name": "left_knee", "x": 0.5}, {"name": "nose", "state": "absent"}]}
    after = api.patch(url(pose), edit).json()["keypoints"]
    changed = [new["name"] for old, new in zip(before, after, strict=True) if old != new]
    assert changed == ["nose", "left_knee"]
    assert after[25] == before[25] | {"x": 0.5}


def test_the_box_follows_the_points(api, pose):
    before = pose.current.box
    edit = {"expected_revision": 1, "keypoints": [{"name": "nose", "x": 0.01, "y": 0.01}]}
    box = api.patch(url(pose), edit).json()["box"]
    assert (box["x"], box["y"]) == (0.01, 0.01)
    assert box != before


def test_a_state_that_a_person_marks_is_kept_and_shown(api, pose):
    edit = {"expected_revision": 1, "keypoints": [{"name": "nose", "state": "occluded"}], "reason": "behind the hand"}
    body = api.patch(url(pose), edit).json()
    assert body["keypoints"][0] == pose.current.keypoints[0] | {"state": "occluded"}
    second = PoseRevision.objects.get(number=2)
    assert (second.client, second.reason, second.states_changed) == ("api", "behind the hand", 1)


def test_an_absent_point_may_lie_outside_the_photo(api, pose):
    edit = {"expected_revision": 1, "keypoints": [{"name": "nose", "x": 1.2, "y": -0.1, "state": "absent"}]}
    assert api.patch(url(pose), edit).status_code == 200
    edit = {"expected_revision": 2, "keypoints": [{"name": "nose", "state": "visible"}]}
    assert api.patch(url(pose), edit).status_code == 400


def test_extra_landmarks_are_placed_kept_and_removed(api, pose):
    chin = {"name": "chin", "x": 0.5, "y": 0.25, "state": "visible"}
    edit = {"expected_revision": 1, "keypoints": [{"name": "nose"}], "extra_keypoints": [chin]}
    assert api.patch(url(pose), edit).json()["extra_keypoints"] == [chin]
    edit = {"expected_revision": 2, "keypoints": [{"name": "nose", "x": 0.25}]}
    assert api.patch(url(pose), edit).json()["extra_keypoints"] == [chin]
    assert api.get(url(pose)).json()["extra_keypoints"] == [chin]
    edit = {"expected_revision": 3, "keypoints": keypoints_of(pose), "extra_keypoints": []}
    assert api.put(url(pose), edit).json()["extra_keypoints"] == []


BAD_EXTRAS = {
    "one of the 33": [{"name": "nose", "x": 0.5, "y": 0.5}],
    "a name twice": [{"name": "chin", "x": 0.5, "y": 0.5}] * 2,
    "outside the photo": [{"name": "chin", "x": 1.5, "y": 0.5}],
    "absent": [{"name": "chin", "x": 0.5, "y": 0.5, "state": "absent"}],
    "a missing place": [{"name": "chin", "x": 0.5}],
    "a depth": [{"name": "chin", "x": 0.5, "y": 0.5, "z": 0.5}],
    "an object": {"chin": [0.5, 0.5]},
    "null": None,
}


@pytest.mark.parametrize("case", BAD_EXTRAS)
def test_bad_extra_landmarks_are_400_with_the_field_and_change_nothing(case, api, pose):
    edit = {"expected_revision": 1, "keypoints": [{"name": "nose", "x": 0.1}], "extra_keypoints": BAD_EXTRAS[case]}
    response = api.patch(url(pose), edit)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == ["extra_keypoints"]
    assert PoseRevision.objects.count() == 1


@pytest.mark.parametrize("method", ["put", "patch"])
def test_an_approved_pose_is_409_on_its_keypoints_and_keeps_them(method, api, pose):
    Pose.objects.update(review_status="approved", reviewed_at=timezone.now())
    assert api.get(url(pose)).json()["review_status"] == "approved"
    response = getattr(api, method)(url(pose), {"expected_revision": 1, "keypoints": keypoints_of(pose)})
    assert (response.status_code, response.json()["code"]) == (409, "pose_approved")
    assert list(response.json()["fields"]) == ["keypoints"]
    assert PoseRevision.objects.count() == 1


def test_a_revision_number_of_another_pose_is_400(api, pose, make_photo):
    other = make_photo().poses.select_related("current").get()
    for number in range(1, 4):
        edit = {"expected_revision": number, "keypoints": [{"name": "nose", "x": number / 10}]}
        assert api.patch(url(other), edit).status_code == 200
    response = api.patch(url(pose), {"expected_revision": 4, "keypoints": [{"name": "nose", "x": 0.1}]})
    assert (response.status_code, response.json()["code"]) == (400, "revision_unknown")
    assert list(response.json()["fields"]) == ["expected_revision"]
    assert pose.revisions.count() == 1


@pytest.mark.parametrize("reason", ["x" * 301, ["a", "list"], "a\x00null"])
def test_a_bad_reason_is_400_with_the_field(reason, api, pose):
    edit = {"expected_revision": 1, "keypoints": [{"name": "nose", "x": 0.1}], "reason": reason}
    response = api.patch(url(pose), edit)
    assert (response.status_code, list(response.json()["fields"])) == (400, ["reason"])
    assert PoseRevision.objects.count() == 1


def test_a_stale_edit_is_409_and_changes_nothing(api, pose):
    edit = {"expected_revision": 1, "keypoints": [{"name": "nose", "x": 0.1}]}
    assert api.patch(url(pose), edit).status_code == 200
    response = api.patch(url(pose), edit)
    assert response.status_code == 409
    assert response.json()["code"] == "stale_edit"
    assert list(response.json()["fields"]) == ["expected_revision"]
    assert PoseRevision.objects.count() == 2


def with_point(**change: object):
    def build(points: list[dict]) -> object:
        points[3] |= change
        return points

    return build


def without_field(points: list[dict]) -> object:
    del points[3]["z"]
    return points


BAD = {
    "outside the photo": with_point(x=1.2),
    "above the photo": with_point(y=-0.01),
    "far away and absent": with_point(x=1000, state="absent"),
    "an unknown state": with_point(state="hidden"),
    "a number for a state": with_point(state=2),
    "visibility under 0": with_point(visibility=-0.01),
    "NaN": with_point(x=math.nan),
    "infinity": with_point(y=math.inf),
    "visibility over 1": with_point(visibility=1.01),
    "negative presence": with_point(presence=-0.1),
    "unknown name": with_point(name="tail"),
    "a name twice": with_point(name="nose"),
    "text for a number": with_point(x="0.5"),
    "true for a number": with_point(x=True),
    "an extra field": with_point(colour="red"),
    "a missing field": without_field,
    "32 points": lambda points: points[:-1],
    "34 points": lambda points: [*points, points[0]],
    "an object": lambda points: {"nose": points[0]},
    "a number": lambda points: 7,
    "null": lambda points: None,
    "a list of lists": lambda points: [[0.1, 0.2]] * 33,
}


@pytest.mark.parametrize("case", BAD)
def test_bad_keypoints_are_400_with_the_field_and_change_nothing(case, api, pose):
    edit = {"expected_revision": 1, "keypoints": BAD[case](keypoints_of(pose))}
    if case in ("NaN", "infinity"):
        import json

        response = api.put(url(pose), json.dumps(edit), content_type="application/json")
    else:
        response = api.put(url(pose), edit)
    assert response.status_code == 400, response.json()
    body = response.json()
    assert body["code"] in ("keypoints_invalid", "invalid", "parse_error")
    if case not in ("NaN", "infinity"):
        assert list(body["fields"]) == ["keypoints"]
    assert PoseRevision.objects.count() == 1


@pytest.mark.parametrize("revision", [None, 0, -1, "one", 10**30])
def test_a_bad_revision_names_its_field(revision, api, pose):
    edit = {"keypoints": keypoints_of(pose)} | ({"expected_revision": revision} if revision is not None else {})
    response = api.put(url(pose), edit)
    assert response.status_code in (400, 409)
    assert list(response.json()["fields"]) == ["expected_revision"]
    assert PoseRevision.objects.count() == 1


def test_deep_json_is_400(api, pose):
    response = api.put(url(pose), "[" * 100_000, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["code"] == "parse_error"


def test_deep_json_in_a_form_is_400(api, pose):
    response = api.put(url(pose), {"expected_revision": 1, "keypoints": "[" * 100_000}, format="multipart")
    assert response.status_code == 400


def test_a_form_instead_of_json_is_refused(api, pose):
    response = api.put(url(pose), "a=b", content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["code"]) == (400, "unsupported_media_type")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_someone_elses_pose_is_404(method, stranger_api, pose):
    edit = {"expected_revision": 1, "keypoints": keypoints_of(pose)}
    response = getattr(stranger_api, method)(url(pose), *([] if method in ("get", "delete") else [edit]))
    assert response.status_code == 404
    assert PoseRevision.objects.count() == 1


@pytest.mark.parametrize("path", ["x/", "0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10/"])
def test_ids_that_lead_nowhere_are_404(path, api, db):
    assert api.get(f"/api/poses/{path}").status_code == 404


def test_deleting_a_pose_keeps_the_photo_and_counts_anew(api, pose):
    assert api.delete(url(pose)).status_code == 204
    photo = Photo.objects.get()
    assert photo.people_found == 0
    assert not PoseRevision.objects.exists()
    assert LogEntry.objects.filter(action="delete", photo=photo).count() == 1


def test_a_list_takes_the_same_queries_however_long(api, make_photo, django_assert_num_queries):
    make_photo()
    api.get("/api/poses/")
    with django_assert_num_queries(1):
        api.get("/api/poses/")
    for _ in range(5):
        make_photo()
    with django_assert_num_queries(1):
        assert len(api.get("/api/poses/").json()["results"]) == 6


@pytest.mark.django_db(transaction=True)
def test_of_many_edits_from_one_revision_at_a_time_one_is_saved_and_the_rest_are_409(user, pose):
    def edit(number: int) -> int:
        try:
            answer = api_of(user).patch(
                url(pose), {"expected_revision": 1, "keypoints": [{"name": "nose", "x": number / 10}]}
            )
            return answer.status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = sorted(threads.map(edit, range(4)))
    assert answers == [200, 409, 409, 409]
    assert PoseRevision.objects.count() == 2


def test_an_edit_of_a_pose_that_was_deleted_meanwhile_is_404(api, pose, monkeypatch):
    stale = Pose.objects.get()
    pose.delete()
    with pytest.raises(DomainError) as refusal:
        change_keypoints(pose=stale, keypoints=[{"name": "nose", "x": 0.1}], editor=None, expected_revision=1)
    assert (refusal.value.status, refusal.value.code) == (404, "not_found")


def test_a_megabyte_of_json_is_413(api, pose):
    response = api.put(url(pose), "[" + "[]," * 400_000 + "[]]", content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (413, "json_too_large")
