"""Model against human: what is counted, the page, JSON and CSV."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from poses.engine import landmarks
from poses.models import Detection, Photo, Pose, PoseRevision
from poses.selectors.statistics import keypoint_statistics
from poses.services import detecting, editing
from poses.services.options import DetectionOptions
from tests.integration.poses.conftest import api_of
from tests.integration.poses.gallery_photos import make_photo
from tests.integration.poses.statistics_poses import approve, approved, corrected, move

pytestmark = pytest.mark.django_db

PAGE = "/statistics/keypoints/"
JSON = "/api/statistics/keypoints/"
CSV = "/api/statistics/keypoints.csv/"
KNEE = landmarks.INDEX["left_knee"]


@pytest.fixture
def member(make_user):
    """Someone with the given permissions of the pose app."""

    def member(*codenames: str, **fields: object):
        made = make_user("member@example.org", **fields)
        permissions = Permission.objects.filter(content_type__app_label="poses", codename__in=codenames)
        assert len(permissions) == len(codenames)
        made.user_permissions.set(permissions)
        return made

    return member


def knee_of(found):
    return found.models[0].keypoints[KNEE]


# What is counted.


def test_corrected_and_approved_poses_count_and_no_others(user):
    corrected(user, 4)
    corrected(user, 8)
    approved(user)
    make_photo(user)
    found = keypoint_statistics(user=user)
    (model,) = found.models
    assert (found.poses, found.is_cut) == (3, False)
    assert (model.name, model.sha256, model.poses, model.corrected) == ("pose_landmarker_full", "0" * 64, 3, 2)
    knee = model.keypoints[KNEE]
    assert (knee.count, knee.share_moved) == (3, pytest.approx(2 / 3))
    assert knee.median_px == pytest.approx(6, abs=0.01)
    assert knee.p90_px == pytest.approx(7.6, abs=0.01)
    assert model.keypoints[0].share_moved == 0


def test_the_median_in_shares_of_the_torso_is_by_each_poses_own_torso(user):
    corrected(user, 4)
    torso = PoseRevision.objects.get(source="human").torso_px
    assert torso > 0
    assert knee_of(keypoint_statistics(user=user)).median_torso == pytest.approx(4 / torso, rel=0.01)


def test_a_pose_that_was_corrected_and_approved_counts_once_as_corrected(user):
    approve(corrected(user, 4))
    (model,) = keypoint_statistics(user=user).models
    assert (model.poses, model.corrected) == (1, 1)


def test_a_pose_returned_to_the_models_keypoints_is_not_corrected_any_more(user):
    pose = corrected(user, 4)
    editing.restore_revision(pose=pose, number=1, editor=user, expected_revision=2, client=PoseRevision.Client.API)
    assert keypoint_statistics(user=user).poses == 0
    approve(pose)
    (model,) = keypoint_statistics(user=user).models
    assert (model.poses, model.corrected, model.keypoints[KNEE].share_moved) == (1, 0, 0.0)


def test_several_edits_are_one_pose_measured_from_the_models_keypoints(user):
    pose = corrected(user, 4)
    move(pose, user, 6)
    knee = knee_of(keypoint_statistics(user=user))
    assert (knee.count, knee.median_px) == (1, pytest.approx(10, abs=0.01))


def test_each_model_file_is_counted_by_itself_the_one_with_the_most_poses_first(user):
    corrected(user, 4, model_name="lite")
    for pixels in (6, 8):
        corrected(user, pixels)
    other_file = corrected(user, 20, model_name="lite")
    Detection.objects.filter(photo=other_file.photo).update(model_sha256="f" * 64)
    models = keypoint_statistics(user=user).models
    assert [(model.label, model.poses) for model in models] == [
        ("pose_landmarker_full 00000000", 2),
        ("lite 00000000", 1),
        ("lite ffffffff", 1),
    ]
    assert [model.keypoints[KNEE].median_px for model in models] == pytest.approx([7, 4, 20], abs=0.01)


def test_a_correction_stays_that_of_the_model_it_was_compared_with(user, fake_detector, make_photo):
    photo = make_photo()
    pose = photo.poses.get()
    move(pose, user, 3)
    Detection.objects.update(model_name="older", model_sha256="a" * 64)
    detecting.detect_again(photo=photo, actor=user, options=DetectionOptions.given())
    pose.refresh_from_db()
    assert (pose.current.source, pose.revisions.first().source) == ("human", "model")
    assert [model.name for model in keypoint_statistics(user=user).models] == ["older"]


def test_edits_from_before_distances_were_kept_are_left_out(user):
    corrected(user, 4)
    PoseRevision.objects.filter(source="human").update(from_model_px=None)
    assert keypoint_statistics(user=user).poses == 0


def test_only_poses_that_the_user_may_see(user, stranger, admin_user):
    corrected(user, 4)
    corrected(stranger, 8)
    assert knee_of(keypoint_statistics(user=user)).median_px == pytest.approx(4, abs=0.01)
    assert knee_of(keypoint_statistics(user=stranger)).median_px == pytest.approx(8, abs=0.01)
    assert keypoint_statistics(user=admin_user).poses == 2


def test_only_the_latest_of_many_count_and_it_says_so(user):
    for number, pixels in enumerate((4, 8, 12)):
        pose = corrected(user, pixels)
        Pose.objects.filter(pk=pose.pk).update(created_at=datetime(2026, 1, 1 + number, tzinfo=UTC))
    found = keypoint_statistics(user=user, at_most=2)
    assert (found.poses, found.is_cut) == (2, True)
    assert knee_of(found).median_px == pytest.approx(10, abs=0.01)
    assert not keypoint_statistics(user=user, at_most=3).is_cut


def test_days_are_those_on_which_the_person_was_found_both_included(user):
    for day in (1, 2, 3):
        pose = corrected(user, 4 * day)
        Pose.objects.filter(pk=pose.pk).update(created_at=datetime(2026, 3, day, 12, tzinfo=UTC))
    found = keypoint_statistics(user=user, since=date(2026, 3, 2), until=date(2026, 3, 2))
    assert (found.poses, knee_of(found).median_px) == (1, pytest.approx(8, abs=0.01))
    assert keypoint_statistics(user=user, since=date(2026, 3, 2)).poses == 2
    assert keypoint_statistics(user=user, until=date(2026, 2, 28)).models == []


def test_two_reads_without_keypoints_however_many_poses(user):
    def read() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            keypoint_statistics(user=user)
        return [query["sql"] for query in queries if '"poses_pose"' in query["sql"]]

    corrected(user, 4)
    few = read()
    for _ in range(4):
        corrected(user, 4)
    assert read() == few
    assert len(few) == 2
    assert '"keypoints"' not in few[0] + few[1]
    assert '"world_keypoints"' not in few[0] + few[1]


# The page.


def test_the_page_shows_bars_and_the_same_numbers_as_a_table(client, admin_user, user):
    corrected(user, 4)
    approved(user)
    client.force_login(admin_user)
    response = client.get(PAGE)
    html = response.content.decode()
    assert response.status_code == 200
    assert html.count("<h1") == 1
    assert html.count("<rect") == 33
    assert html.count('<th scope="row">') == 33
    first = response.context["rows"][0]
    assert (first.words, first.side, first.share, first.bar) == ("left knee", "left", 50.0, 100.0)
    assert '<rect class="left" width="100.00" height="1"/>' in html
    assert "50.0 %" in html
    assert "1 corrected, 1 approved as the model found it." in html
    assert "at most the latest 10,000 count" in html


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("share", "left knee", "right foot index"),
        ("median", "right wrist", "right foot index"),
        ("name", "left ankle", "right wrist"),
        ("nonsense", "left knee", "right foot index"),
    ],
)
def test_it_sorts_by_share_median_or_name(client, admin_user, user, sort, first, last):
    for _ in range(2):
        corrected(user, 4, name="left_knee")
    corrected(user, 9, name="right_wrist")
    client.force_login(admin_user)
    response = client.get(PAGE, {"sort": sort})
    rows = [row.words for row in response.context["rows"]]
    assert (rows[0], rows[-1], len(rows)) == (first, last, 33)
    assert response.content.decode().count("aria-sort=") == 1


def test_one_model_is_shown_and_another_can_be_chosen(client, admin_user, user):
    for _ in range(2):
        corrected(user, 4)
    other = corrected(user, 20)
    Detection.objects.filter(photo=other.photo).update(model_sha256="f" * 64)
    client.force_login(admin_user)
    response = client.get(PAGE)
    assert response.context["model"].sha256 == "0" * 64
    assert [choice.value for choice in response.context["choices"]] == ["0" * 12, "f" * 12]
    chosen = client.get(PAGE, {"model": "f" * 12, "sort": "median"})
    assert chosen.context["model"].poses == 1
    assert chosen.context["sorted_by"]["name"] == f"?model={'f' * 12}&sort=name"
    assert client.get(PAGE, {"model": "gone"}).context["model"].sha256 == "0" * 64


def test_days_narrow_it_and_a_day_that_is_none_is_named_and_not_used(client, admin_user, user):
    corrected(user, 4)
    client.force_login(admin_user)
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    html = client.get(PAGE, {"since": str(tomorrow)}).content.decode()
    assert "No pose in these days" in html
    response = client.get(PAGE, {"since": "yesterday"})
    assert response.context["model"].poses == 1
    assert "Give a day such as 2026-01-31." in response.content.decode()


def test_without_a_corrected_pose_it_says_what_to_do(client, admin_user, user):
    make_photo(user)
    client.force_login(admin_user)
    html = client.get(PAGE).content.decode()
    assert "Nobody has corrected a pose yet" in html
    assert html.count("<h1") == 1
    assert "Download CSV" not in html


@pytest.mark.parametrize("codename", ["export_pose", "approve_pose"])
def test_who_may_export_or_approve_may_see_it(client, member, codename):
    client.force_login(member(codename))
    assert client.get(PAGE).status_code == 200


def test_staff_may_see_it(client, member):
    client.force_login(member(is_staff=True))
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("codenames", [(), ("view_photo", "view_pose", "change_pose")])
def test_others_are_refused(client, member, codenames):
    someone = member(*codenames)
    client.force_login(someone)
    assert client.get(PAGE).status_code == 403
    answer = api_of(someone).get(JSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_anonymous_visitors_log_in_first(client, db):
    assert client.get(PAGE)["Location"].startswith("/accounts/login/")
    assert APIClient().get(JSON).status_code == 401
    assert APIClient().get(CSV).status_code == 401


def test_only_who_may_export_gets_the_table(client, member, user):
    reviewer = member("approve_pose", "view_photo")
    corrected(user, 4)
    client.force_login(reviewer)
    assert "Download CSV" not in client.get(PAGE).content.decode()
    answer = api_of(reviewer).get(CSV)
    assert (answer.status_code, answer.json()["code"]) == (403, "export_not_allowed")


@pytest.mark.parametrize("address", [PAGE, JSON, CSV])
def test_it_is_read_only(client, admin_user, address):
    client.force_login(admin_user)
    api = api_of(admin_user)
    sender = client if address == PAGE else api
    for method in ("post", "put", "delete"):
        assert getattr(sender, method)(address).status_code == 405


# The API.


def test_json_has_every_model_and_keypoint(admin_user, user):
    corrected(user, 4)
    body = api_of(admin_user).get(JSON).json()
    assert (body["poses"], body["is_cut"], len(body["models"])) == (1, False, 1)
    (model,) = body["models"]
    assert (model["name"], model["poses"], model["corrected"]) == ("pose_landmarker_full", 1, 1)
    assert [one["name"] for one in model["keypoints"]] == list(landmarks.NAMES)
    knee = model["keypoints"][KNEE]
    assert (knee["side"], knee["n"], knee["share_moved"]) == ("left", 1, 1.0)
    assert knee["median_px"] == pytest.approx(4, abs=0.01)
    assert knee["median_torso_percent"] > 0
    assert model["keypoints"][0]["median_px"] is None
    assert model["keypoints"][0]["median_torso_percent"] is None


def test_csv_has_the_same_numbers(admin_user, user):
    corrected(user, 4)
    answer = api_of(admin_user).get(CSV)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="keypoint-statistics.csv"' in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    assert len(rows) == 33
    assert (rows[KNEE]["name"], rows[KNEE]["n"], rows[KNEE]["share_moved"]) == ("left_knee", "1", "1.0000")
    assert float(rows[KNEE]["median_px"]) == pytest.approx(4, abs=0.01)
    assert rows[KNEE]["model"] == "pose_landmarker_full 00000000"


@pytest.mark.parametrize("address", [JSON, CSV])
def test_days_in_the_address_are_used_or_refused(admin_user, user, address):
    corrected(user, 4)
    api = api_of(admin_user)
    assert api.get(address, {"since": "2100-01-01"}).content != api.get(address).content
    for day in ("yesterday", "0001-01-01", "9999-12-31"):
        answer = api.get(address, {"until": day})
        assert answer.status_code == 400
        assert "until" in answer.json()["fields"]


def test_deleting_the_photos_empties_it(user):
    corrected(user, 4)
    Photo.objects.all().delete()
    assert keypoint_statistics(user=user).models == []
