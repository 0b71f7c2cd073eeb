"""Two people edit one pose: the second chooses point by point."""

import re

import pytest
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.urls import reverse
from django.utils import timezone

from poses.engine import landmarks
from poses.models import LogEntry, Pose, PoseRevision
from poses.services.detecting import detect_again
from poses.services.options import DetectionOptions
from tests.conftest import person

from .editing_rows import form_of, point_of, saved_by

WIDTH, HEIGHT = 64, 48


@pytest.fixture
def pose(photo) -> Pose:
    return photo.poses.select_related("current", "photo").get()


@pytest.fixture
def url(client, user, pose) -> str:
    client.force_login(user)
    return reverse("poses:pose_edit", args=[pose.pk])


def current(pose: Pose) -> PoseRevision:
    return Pose.objects.select_related("current").get(pk=pose.pk).current


def state_of_the_database() -> tuple[int, int, int]:
    return PoseRevision.objects.count(), LogEntry.objects.count(), AdminLogEntry.objects.count()


def shown(response) -> list[str]:
    return [row.name for row in response.context["rows"]]


def chosen(response) -> dict[str, str]:
    """The radios that are checked, by point, as the page has them."""
    html = response.content.decode()
    return dict(re.findall(r'name="choice-(\w+)" value="(\w+)" autocomplete="off" checked', html))


def answer_to(response, **choices: str) -> dict[str, str]:
    """What the page posts, with its own choices but for those given."""
    taken = chosen(response) | choices
    return {**response.context["fields"], **{f"choice-{name}": choice for name, choice in taken.items()}, "reason": ""}


def test_it_says_who_saved_when_and_why_and_saves_nothing(client, url, pose, stranger):
    mine = form_of(pose.current, nose={"x": 0.25})
    saved_by(stranger, pose, left_knee={"x": 0.75})
    before = state_of_the_database()
    response = client.post(url, mine)
    html = response.content.decode()
    assert response.status_code == 409
    assert "You began from revision 1" in html
    assert "<strong>Eve</strong>" in html
    assert "1 point moved: “Saved first”" in html
    assert 'value="Hidden by the hand"' in html
    assert state_of_the_database() == before


def test_each_point_that_differs_has_a_row_in_pixels_and_the_right_choice_to_begin_with(client, url, pose, stranger):
    mine = form_of(pose.current, nose={"x": 0.25, "y": 0.5}, left_elbow={"x": 0.5})
    saved_by(stranger, pose, nose={"x": 0.75, "y": 0.5}, left_knee={"state": "occluded"})
    response = client.post(url, mine)
    assert shown(response) == ["nose", "left_elbow", "left_knee"]
    assert chosen(response) == {"nose": "mine", "left_elbow": "mine", "left_knee": "theirs"}
    nose, elbow, knee = response.context["rows"]
    assert [row.is_changed_by_both for row in (nose, elbow, knee)] == [True, False, False]
    assert [(option.choice, option.x_px, option.y_px) for option in nose.options[:2]] == [
        ("mine", 0.25 * WIDTH, 0.5 * HEIGHT),
        ("theirs", 0.75 * WIDTH, 0.5 * HEIGHT),
    ]
    assert (nose.apart_px, knee.apart_px) == (pytest.approx(0.5 * WIDTH), 0)
    assert [option.state for option in knee.options] == ["visible", "occluded", "visible"]
    html = response.content.decode()
    assert html.count("changed by both") == 1
    assert html.count('type="radio"') == 9


def test_points_that_only_the_models_differ_in_stand_apart(client, url, pose, user, stranger):
    saved_by(user, pose, nose={"x": 0.25})
    mine = form_of(current(pose), left_elbow={"x": 0.5})
    saved_by(stranger, pose, left_knee={"x": 0.5})
    response = client.post(url, mine)
    assert shown(response) == ["left_elbow", "left_knee"]
    assert [row.name for row in response.context["agreed"]] == ["nose"]
    assert "1 more point: yours and theirs agree, the model’s differs" in response.content.decode()
    client.post(url, answer_to(response, nose="model"))
    assert point_of(current(pose), "nose") == point_of(pose.current, "nose")


def test_the_answer_is_saved_on_top_of_theirs(client, url, pose, user, stranger):
    mine = form_of(pose.current, nose={"x": 0.25}, left_elbow={"x": 0.5}, left_hip={"x": 0.375})
    theirs = saved_by(stranger, pose, nose={"x": 0.75}, left_knee={"x": 0.5}, left_hip={"x": 0.625})
    answer = answer_to(client.post(url, mine), nose="theirs", left_hip="model") | {"reason": "Agreed by telephone"}
    assert client.post(url, answer).headers["Location"] == pose.photo.get_absolute_url()
    saved = current(pose)
    assert (saved.number, saved.began_from, saved.editor, saved.client) == (3, theirs.number, user, "page")
    assert saved.reason == "Agreed by telephone"
    expected = {"nose": 0.75, "left_elbow": 0.5, "left_knee": 0.5}
    assert {name: point_of(saved, name)["x"] for name in expected} == expected
    assert point_of(saved, "left_hip") == point_of(pose.current, "left_hip")
    assert pose.revisions.count() == 3


def test_a_state_comes_with_its_point_and_goes_with_it(client, url, pose, stranger):
    mine = form_of(pose.current, nose={"x": 0.25})
    saved_by(stranger, pose, nose={"state": "occluded"}, left_knee={"state": "absent"}, left_hip={"state": "occluded"})
    client.post(url, answer_to(client.post(url, mine), nose="mine", left_knee="theirs", left_hip="model"))
    saved = current(pose)
    assert "state" not in point_of(saved, "nose")
    assert point_of(saved, "left_knee")["state"] == "absent"
    assert "state" not in point_of(saved, "left_hip")


def test_extra_landmarks_are_chosen_too(client, url, pose, stranger):
    mine = form_of(pose.current, extras=[{"name": "c7", "x": 0.5, "y": 0.25}, {"name": "chin", "x": 0.5, "y": 0.5}])
    form = form_of(pose.current, extras=[{"name": "chin", "x": 0.25, "y": 0.25}])
    client.force_login(stranger)
    pose.photo.__class__.objects.filter(pk=pose.photo_id).update(owner=stranger)
    client.post(url, form)
    response = client.post(url, mine)
    assert shown(response) == ["c7", "chin"]
    assert [option.state for option in response.context["rows"][0].options] == ["visible", "not placed", "not placed"]
    client.post(url, answer_to(response, c7="model", chin="theirs"))
    assert current(pose).extra_keypoints == [{"name": "chin", "x": 0.25, "y": 0.25, "state": "visible"}]


def test_late_again_the_result_is_mine_in_the_next_conflict(client, url, pose, stranger):
    mine = form_of(pose.current, nose={"x": 0.25}, left_elbow={"x": 0.5})
    saved_by(stranger, pose, nose={"x": 0.75}, left_knee={"x": 0.5})
    answer = answer_to(client.post(url, mine), nose="theirs")
    saved_by(stranger, pose, left_elbow={"x": 0.875})
    response = client.post(url, answer)
    assert response.status_code == 409
    assert "You began from revision 2" in response.content.decode()
    assert shown(response) == ["left_elbow"]
    assert response.context["rows"][0].is_changed_by_both
    assert [row.name for row in response.context["agreed"]] == ["nose", "left_knee"]
    assert client.post(url, answer_to(response)).status_code == 302
    saved = current(pose)
    assert saved.number == 4
    assert [point_of(saved, name)["x"] for name in ("nose", "left_elbow", "left_knee")] == [0.75, 0.5, 0.5]


def test_a_model_that_found_the_person_again_is_theirs(client, url, pose, user, fake_detector):
    mine = form_of(pose.current, nose={"x": 0.25})
    fake_detector.people = (person(x=0.52),)
    detect_again(photo=pose.photo, actor=user, options=DetectionOptions.given())
    response = client.post(url, mine)
    assert response.status_code == 409
    assert "Revision 2 by the model" in response.content.decode()
    assert len(shown(response)) == 33
    assert chosen(response)["nose"] == "mine"
    assert chosen(response)["left_knee"] == "theirs"


def test_the_models_points_are_those_that_the_page_showed(client, url, pose, user, stranger, fake_detector):
    mine = form_of(pose.current, nose={"x": 0.25})
    saved_by(stranger, pose, left_knee={"x": 0.5})
    response = client.post(url, mine)
    fake_detector.people = (person(x=0.52),)
    detect_again(photo=pose.photo, actor=user, options=DetectionOptions.given())
    assert client.post(url, answer_to(response, nose="model")).status_code == 302
    assert point_of(current(pose), "nose") == point_of(pose.current, "nose")


def test_a_model_that_found_the_person_anew_keeps_its_own_numbers(client, url, pose, user, fake_detector):
    mine = form_of(pose.current, nose={"x": 0.25})
    fake_detector.people = (person(x=0.52, visibility=0.7),)
    detect_again(photo=pose.photo, actor=user, options=DetectionOptions.given())
    response = client.post(url, mine)
    assert client.post(url, answer_to(response, left_knee="mine", right_knee="model")).status_code == 302
    saved = current(pose)
    assert point_of(saved, "nose")["x"] == 0.25
    assert point_of(saved, "left_knee")["x"] == point_of(pose.current, "left_knee")["x"]
    assert {point["visibility"] for point in saved.keypoints} == {0.7}


def test_a_point_that_the_model_placed_outside_can_be_taken_from_it(client, url, user, stranger, fake_detector, photo):
    fake_detector.people = (person(y=0.9),)
    detect_again(photo=photo, actor=user, options=DetectionOptions.given())
    [found] = photo.poses.select_related("current")
    outside = next(point["name"] for point in found.current.keypoints if point["y"] > 1)
    mine = form_of(found.current, nose={"x": 0.25})
    saved_by(stranger, found, **{outside: {"y": 0.5}})
    url = reverse("poses:pose_edit", args=[found.pk])
    assert client.post(url, answer_to(client.post(url, mine), **{outside: "model"})).status_code == 302
    assert point_of(current(found), outside) == point_of(found.current, outside)


def test_all_theirs_makes_no_revision(client, url, pose, stranger):
    mine = form_of(pose.current, nose={"x": 0.25})
    saved_by(stranger, pose, nose={"x": 0.75})
    answer = answer_to(client.post(url, mine), nose="theirs")
    assert client.post(url, answer).headers["Location"] == pose.photo.get_absolute_url()
    assert current(pose).number == 2


def test_the_result_can_be_looked_at_in_the_editor_first(client, url, pose, stranger):
    mine = form_of(pose.current, nose={"x": 0.28125})
    saved_by(stranger, pose, left_knee={"x": 0.25})
    answer = answer_to(client.post(url, mine)) | {"go_on": "result"}
    before = state_of_the_database()
    response = client.post(url, answer)
    html = response.content.decode()
    assert response.status_code == 200
    assert 'name="expected_revision" value="2"' in html
    assert 'name="keypoints-nose-x" value="18.0"' in html
    assert 'name="keypoints-left_knee-x" value="16.0"' in html
    assert state_of_the_database() == before


def test_back_to_the_editor_is_the_edit_as_it_was(client, url, pose, stranger):
    mine = form_of(pose.current, nose={"x": 0.28125})
    saved_by(stranger, pose, left_knee={"x": 0.25})
    answer = answer_to(client.post(url, mine), nose="theirs") | {"go_on": "mine"}
    html = client.post(url, answer).content.decode()
    assert 'name="expected_revision" value="1"' in html
    assert 'name="keypoints-nose-x" value="18.0"' in html
    assert 'name="keypoints-left_knee-x" value="16.0"' not in html
    assert current(pose).number == 2


def test_theirs_can_be_kept_by_a_link(client, url, pose, stranger):
    mine = form_of(pose.current, nose={"x": 0.25})
    saved_by(stranger, pose, left_knee={"x": 0.25})
    html = client.post(url, mine).content.decode()
    assert re.search(rf'href="{pose.photo.get_absolute_url()}"[^>]*>Keep theirs and drop mine', html)


@pytest.mark.parametrize(
    ("broken", "status"),
    [
        ({"keypoints": "[{"}, 400),
        ({"keypoints": "{}"}, 400),
        ({"expected_revision": "99"}, 400),
        ({"expected_revision": ""}, 400),
        ({"model_revision": "99", "keypoints": "[]"}, 400),
        ({"choice-nose": "everybodys"}, 302),
    ],
)
def test_an_answer_that_was_tampered_with_is_refused_or_mine(client, url, pose, stranger, broken, status):
    mine = form_of(pose.current, nose={"x": 0.25})
    saved_by(stranger, pose, nose={"x": 0.75})
    answer = answer_to(client.post(url, mine)) | broken
    assert client.post(url, answer).status_code == status
    assert point_of(current(pose), "nose")["x"] == (0.25 if status == 302 else 0.75)


def test_an_approval_meanwhile_is_no_conflict_of_points(client, url, pose, stranger):
    mine = form_of(pose.current, nose={"x": 0.25})
    saved_by(stranger, pose, nose={"x": 0.75})
    answer = answer_to(client.post(url, mine))
    Pose.objects.update(review_status="approved", reviewed_at=timezone.now())
    response = client.post(url, answer)
    assert response.status_code == 409
    assert "approved and locked" in response.content.decode()
    assert current(pose).number == 2


def test_the_page_has_one_heading_and_nothing_inline(client, url, pose, stranger):
    mine = form_of(pose.current, nose={"x": 0.25})
    saved_by(stranger, pose, nose={"x": 0.75})
    html = client.post(url, mine).content.decode()
    assert len(re.findall(r"<h1[ >]", html)) == 1
    assert not re.search(r"<script>|<style>| style=\"| on(click|change|submit|load)=", html)


def test_the_api_answers_the_three_versions(api, pose, stranger):
    theirs = saved_by(stranger, pose, nose={"x": 0.75})
    body = {
        "expected_revision": 1,
        "keypoints": [{"name": "nose", "x": 0.25}],
        "extra_keypoints": [{"name": "chin", "x": 0.5, "y": 0.5}],
    }
    response = api.patch(f"/api/poses/{pose.pk}/", body, format="json")
    assert response.status_code == 409
    answer = response.json()
    assert answer["code"] == "stale_edit"
    assert list(answer["fields"]) == ["expected_revision"]
    conflict = answer["conflict"]
    assert (conflict["revision"], conflict["began_from"], conflict["model_revision"]) == (2, 1, 1)
    assert [len(conflict[name]) for name in ("mine", "theirs", "model")] == [landmarks.COUNT] * 3
    assert [conflict[name][0]["x"] for name in ("mine", "theirs")] == [0.25, 0.75]
    assert conflict["theirs"] == theirs.keypoints
    assert conflict["model"] == pose.current.keypoints
    assert conflict["mine_extras"] == [{"name": "chin", "x": 0.5, "y": 0.5, "state": "visible"}]
    assert (conflict["theirs_extras"], conflict["model_extras"]) == ([], [])


def test_other_refusals_of_the_api_have_no_conflict(api, pose):
    body = {"expected_revision": 99, "keypoints": [{"name": "nose", "x": 0.25}]}
    response = api.patch(f"/api/poses/{pose.pk}/", body, format="json")
    assert response.status_code == 400
    assert set(response.json()) == {"code", "message", "fields"}
