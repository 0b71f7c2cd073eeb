"""Checking a photo by its mirror image: on request, on the page, and in the background."""

import io
from datetime import timedelta
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import skimage.data
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core.errors import Conflict, DomainError
from core.work import claims
from poses.engine import landmarks, mirror, versions
from poses.engine.errors import EngineError
from poses.models import Detection, LogEntry, MirrorCheck, Photo, Pose, PoseRevision
from poses.models.photo import photo_storage
from poses.services import detecting, editing, mirroring, pictures
from poses.services.engine import model_named
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo
from tests import broker
from tests.conftest import FakeDetector, person

pytestmark = pytest.mark.django_db

# The test photos' size.
WIDTH, HEIGHT = 64, 48


@pytest.fixture(autouse=True)
def _no_message_from_elsewhere():
    broker.messages()
    yield
    broker.messages()


def on_the_mirrored_photo(*people) -> list:
    """What the model says of people on a mirrored photo who stand so on the photo itself."""
    return [mirror.unmirrored(one) for one in people]


def shifted(found, pixels: float):
    """The same person, that far to the right on a test photo."""
    return person(x=0.5 + pixels / WIDTH)


@pytest.fixture
def off_by_two(fake_detector) -> FakeDetector:
    """The model finds everyone two pixels further right once the photo is mirrored."""
    return FakeDetector(*on_the_mirrored_photo(shifted(person(), 2)))


def snapshot() -> list:
    return list(PoseRevision.objects.order_by("pk").values_list("pk", "number", "keypoints", "score"))


def check(photo: Photo, actor, detector=None):
    return mirroring.check_photo(photo=Photo.objects.get(pk=photo.pk), actor=actor, detector=detector)


def test_each_points_distance_is_kept_beside_the_models_keypoints_which_stay(photo, user, off_by_two):
    before = snapshot()
    (checked,) = check(photo, user, off_by_two)
    revision = PoseRevision.objects.get()
    assert revision.mirror_px == pytest.approx([2.0] * 33, abs=0.001)
    assert checked.difference.mean_px == pytest.approx(2.0, abs=0.001)
    diagonal = np.hypot(0.3 * WIDTH, 0.3 * HEIGHT)
    assert Pose.objects.get().mirror_disagreement == pytest.approx(2 / diagonal, rel=0.01)
    assert snapshot() == before


def test_the_mirrored_pixels_and_the_detections_own_options_are_asked_for(make_photo, user, fake_detector):
    content = io.BytesIO()
    Image.fromarray(np.dstack([np.tile(np.arange(0, 250, 2, dtype=np.uint8), (50, 1))] * 3)).save(content, "PNG")
    photo = make_photo(content=content.getvalue())
    detection = Detection.objects.get()
    Detection.objects.update(min_confidence=0.25, people_wanted=7)
    seen = []

    class Watching(FakeDetector):
        def detect(self, pixels, *, model, settings):
            seen.append((pixels, model, settings))
            return super().detect(pixels, model=model, settings=settings)

    check(photo, user, Watching(person()))
    [(pixels, model, settings)] = seen
    upright = pictures.decoded_file(photo).pixels
    assert np.array_equal(pixels, upright[:, ::-1])
    assert pixels[0, 0, 0] > pixels[0, -1, 0]
    assert (model.name, model.sha256) == (detection.model_name, detection.model_sha256)
    assert (settings.people, settings.min_detection_confidence) == (7, 0.25)


def test_people_are_told_apart_by_where_they_are(user, make_photo, fake_detector):
    left, right = person(x=0.25, size=0.2), person(x=0.75, size=0.2)
    fake_detector.people = (left, right)
    photo = make_photo()
    photo_poses = list(photo.poses.order_by("person"))
    # On the mirrored photo the model finds them the other way round.
    checked = check(photo, user, FakeDetector(*on_the_mirrored_photo(right, left)))
    assert [one.pose for one in checked] == photo_poses
    assert [one.difference.mean_px for one in checked] == pytest.approx([0, 0], abs=0.001)


def test_who_is_not_found_on_the_mirrored_photo_has_no_distances_and_is_told_of(user, make_photo, fake_detector):
    fake_detector.people = (person(x=0.25, size=0.2), person(x=0.75, size=0.2))
    photo = make_photo()
    checked = check(photo, user, FakeDetector(*on_the_mirrored_photo(person(x=0.25, size=0.2))))
    assert [one.difference is None for one in checked] == [False, True]
    assert [pose.mirror_disagreement is None for pose in photo.poses.order_by("person")] == [False, True]
    assert PoseRevision.objects.get(pose__person=1).mirror_px is None
    assert mirroring.in_words(checked).endswith("person 2: not found on the mirrored photo")


def test_a_photo_asked_again_is_run_again(photo, user, off_by_two):
    check(photo, user, off_by_two)
    check(photo, user, FakeDetector(*on_the_mirrored_photo(shifted(person(), 1))))
    assert PoseRevision.objects.get().mirror_px == pytest.approx([1.0] * 33, abs=0.001)
    assert MirrorCheck.objects.get().status == "completed"


def test_a_corrected_pose_is_measured_by_the_models_keypoints_not_the_persons(photo, user, off_by_two):
    pose = photo.poses.get()
    edit = [{"name": "left_knee", "x": 0.9, "y": 0.9}]
    human = editing.change_keypoints(pose=pose, keypoints=edit, editor=user, expected_revision=1, client="page")
    check(photo, user, off_by_two)
    human.refresh_from_db()
    assert human.mirror_px is None
    assert human.source == "human"
    assert PoseRevision.objects.get(number=1).mirror_px == pytest.approx([2.0] * 33, abs=0.001)
    assert Pose.objects.get().mirror_disagreement > 0


def test_after_another_detection_the_new_keypoints_have_no_distances_until_checked(photo, user, off_by_two):
    check(photo, user, off_by_two)
    detecting.detect_again(photo=photo, actor=user, options=DetectionOptions.given())
    assert Pose.objects.get().mirror_disagreement is None
    check(photo, user, off_by_two)
    assert PoseRevision.objects.get(number=2).mirror_px == pytest.approx([2.0] * 33, abs=0.001)
    assert Pose.objects.get().mirror_disagreement > 0


def test_who_the_latest_detection_did_not_find_is_not_compared_with_it(user, make_photo, fake_detector):
    fake_detector.people = (person(x=0.25, size=0.2), person(x=0.75, size=0.2))
    photo = make_photo()
    kept = photo.poses.get(person=0)
    edit = [{"name": "nose", "x": 0.3, "y": 0.3}]
    editing.change_keypoints(pose=kept, keypoints=edit, editor=user, expected_revision=1)
    both = FakeDetector(*on_the_mirrored_photo(*fake_detector.people))
    assert [one.difference is None for one in check(photo, user, both)] == [False, False]
    before = PoseRevision.objects.get(pose=kept, number=1).mirror_px
    # Another detection finds the second person alone; on the mirrored photo it finds somebody near the first one.
    second = FakeDetector(person(x=0.75, size=0.2))
    again = {"photo": Photo.objects.get(pk=photo.pk), "options": DetectionOptions.given()}
    detecting.detect_again(**again, actor=user, detector=second)
    moved = FakeDetector(*on_the_mirrored_photo(person(x=0.27, size=0.2), person(x=0.76, size=0.2)))
    (checked,) = check(photo, user, moved)
    assert checked.pose.person == 1
    assert PoseRevision.objects.get(pose=kept, number=1).mirror_px == before
    assert Pose.objects.get(pk=kept.pk).mirror_disagreement is not None


def test_where_the_latest_detection_found_nobody_there_is_nothing_to_check(photo, user, queue_checks):
    pose = photo.poses.get()
    edit = [{"name": "nose", "x": 0.4, "y": 0.4}]
    editing.change_keypoints(pose=pose, keypoints=edit, editor=user, expected_revision=1)
    detecting.detect_again(
        photo=Photo.objects.get(pk=photo.pk), actor=user, options=DetectionOptions.given(), detector=FakeDetector()
    )
    assert Pose.objects.filter(pk=pose.pk).exists()
    with pytest.raises(Conflict) as refusal:
        check(photo, user)
    assert refusal.value.code == "nobody_found"
    assert queue_checks(Photo.objects.all(), user) == 0


def test_photos_are_locked_in_the_order_in_which_detections_are_queued(photo, user, queue_checks):
    with CaptureQueriesContext(connection) as queries:
        queue_checks(Photo.objects.all(), user)
    read = next(query["sql"] for query in queries if query["sql"].startswith('SELECT "poses_photo"'))
    assert ' ORDER BY "poses_photo"."queued_at" ASC, ' in read


def test_it_is_logged_in_words(photo, user, off_by_two):
    check(photo, user, off_by_two)
    entry = LogEntry.objects.latest("id")
    assert (entry.action, entry.status, entry.actor) == ("detect", "success", user)
    assert entry.message == "Mirror check: mean 2.0 px, least sure: nose 2.0 px"
    assert entry.milliseconds is not None


def test_without_anybody_on_the_photo_there_is_nothing_to_check(make_photo, user, fake_detector):
    fake_detector.people = ()
    photo = make_photo()
    with pytest.raises(Conflict) as refusal:
        check(photo, user)
    assert refusal.value.code == "nobody_found"
    assert not MirrorCheck.objects.exists()


@pytest.mark.parametrize("change", [{"model_name": "another"}, {"model_sha256": "0" * 64}])
def test_another_model_than_the_one_that_ran_does_not_stand_in_for_it(photo, user, off_by_two, change):
    Detection.objects.update(**change)
    with pytest.raises(Conflict) as refusal:
        check(photo, user, off_by_two)
    assert refusal.value.code == "model_gone"
    assert off_by_two.calls == 0


def test_a_file_that_is_gone_is_a_conflict_and_nothing_changes(photo, user, off_by_two):
    photo_storage().delete(photo.file.name)
    with pytest.raises(Conflict) as refusal:
        check(photo, user, off_by_two)
    assert refusal.value.code == "file_missing"
    assert PoseRevision.objects.get().mirror_px is None


@pytest.mark.parametrize(
    ("raised", "code"), [(EngineError("model_broken", "Broken."), "model_broken"), (MemoryError(), "detection_failed")]
)
def test_a_model_that_fails_fails_the_check_and_is_told_and_logged(photo, user, raised, code):
    class Broken:
        def detect(self, pixels, *, model, settings):
            raise raised

    with pytest.raises(DomainError) as refusal:
        check(photo, user, Broken())
    assert (refusal.value.code, refusal.value.status) == (code, 500)
    row, entry = MirrorCheck.objects.get(), LogEntry.objects.latest("id")
    assert (row.status, row.error_code) == ("failed", code)
    assert (entry.action, entry.status, entry.actor) == ("detect", "failure", user)
    assert PoseRevision.objects.get().mirror_px is None
    assert Photo.objects.get().status == "completed"


def test_while_another_check_runs_it_is_busy(photo, user, off_by_two):
    row = MirrorCheck.objects.create(photo=photo, **claims.queued())
    claims.take(row, lease=timedelta(minutes=2))
    with pytest.raises(claims.Busy):
        check(photo, user, off_by_two)
    assert off_by_two.calls == 0


def test_a_detection_that_came_in_between_supersedes_the_check(photo, user):
    class Slow(FakeDetector):
        def detect(self, pixels, *, model, settings):
            detecting.detect_again(photo=photo, actor=user, options=DetectionOptions.given())
            return super().detect(pixels, model=model, settings=settings)

    with pytest.raises(Conflict) as refusal:
        check(photo, user, Slow(person()))
    assert refusal.value.code == "superseded"
    assert list(PoseRevision.objects.filter(mirror_px__isnull=False)) == []


# In the background.


@pytest.fixture
def queue_checks(django_capture_on_commit_callbacks):
    def queue(photos, actor) -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return mirroring.queue_mirror_checks(photos=photos, actor=actor)

    return queue


def test_many_are_queued_and_worked_through(make_photo, user, fake_detector, queue_checks):
    photos = [make_photo() for _ in range(3)]
    assert queue_checks(Photo.objects.all(), user) == 3
    assert set(MirrorCheck.objects.values_list("status", "asked_by")) == {("pending", user.pk)}
    fake_detector.people = tuple(on_the_mirrored_photo(shifted(person(), 2)))
    assert broker.work_through() == 1
    assert set(MirrorCheck.objects.values_list("status", "error_code")) == {("completed", "")}
    found = PoseRevision.objects.values_list("mirror_px", flat=True)
    assert len(found) == len(photos)
    assert [one[0] for one in found] == pytest.approx([2.0] * 3, abs=0.001)
    messages = LogEntry.objects.filter(message__startswith="Mirror check").order_by("id")
    assert list(messages.values_list("message", flat=True)) == [
        *["Mirror check queued"] * 3,
        *["Mirror check: mean 2.0 px, least sure: nose 2.0 px"] * 3,
    ]


def test_what_was_checked_before_is_queued_again_and_what_is_running_is_not(make_photo, user, queue_checks):
    done, running = make_photo(), make_photo()
    assert queue_checks(Photo.objects.all(), user) == 2
    broker.work_through()
    claims.take(MirrorCheck.objects.get(photo=running), lease=timedelta(minutes=2))
    assert queue_checks(Photo.objects.all(), user) == 1
    assert MirrorCheck.objects.get(photo=done).status == "pending"
    assert MirrorCheck.objects.get(photo=running).status == "running"


def test_photos_without_a_person_are_not_queued(make_photo, user, fake_detector, queue_checks):
    fake_detector.people = ()
    make_photo()
    assert queue_checks(Photo.objects.all(), user) == 0
    assert not MirrorCheck.objects.exists()


def test_queueing_takes_as_many_queries_for_many_as_for_few(make_photo, user, queue_checks):
    def cost(photos) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            mirroring.queue_mirror_checks(photos=photos, actor=user)
        return len(queries)

    photos = [make_photo() for _ in range(6)]
    assert cost(Photo.objects.filter(pk=photos[0].pk)) == cost(Photo.objects.all())


def test_a_queued_check_of_a_broken_file_fails_with_the_reason(photo, user, queue_checks):
    photo_storage().delete(photo.file.name)
    queue_checks(Photo.objects.all(), user)
    broker.work_through()
    row = MirrorCheck.objects.get()
    assert (row.status, row.error_code) == ("failed", "file_missing")
    assert LogEntry.objects.latest("id").status == "failure"


def test_deleting_the_photo_takes_its_check_along(photo, user, queue_checks):
    queue_checks(Photo.objects.all(), user)
    Photo.objects.all()[0].delete()
    assert not MirrorCheck.objects.exists()
    broker.work_through()


def test_operators_see_and_retry_failed_checks(client, admin_user, user, make_photo, queue_checks):
    client.force_login(admin_user)
    for number in range(3):
        failing = make_photo(name=f"walk-{number}.jpg")
        photo_storage().delete(failing.file.name)
    queue_checks(Photo.objects.all(), user)
    broker.work_through()
    html = client.get("/queue/").content.decode()
    assert "Mirror checks" in html
    assert html.count("walk-1.jpg") >= 1
    client.post("/queue/", {"retry_all": "mirror"})
    assert set(MirrorCheck.objects.values_list("status", flat=True)) == {"pending"}


def test_the_queues_page_reads_as_often_for_many_checks_as_for_few(client, admin_user, user, make_photo, queue_checks):
    client.force_login(admin_user)

    def reads() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/queue/").status_code == 200
        return len(queries)

    make_photo()
    queue_checks(Photo.objects.all(), user)
    few = reads()
    for _ in range(4):
        make_photo()
    queue_checks(Photo.objects.all(), user)
    assert reads() == few


# On the page.


def address(photo: Photo) -> str:
    return reverse("poses:photo_mirror", args=[photo.pk])


def words_of(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_button_checks_and_comes_back_with_a_message(client, user, photo, fake_detector):
    client.force_login(user)
    fake_detector.people = tuple(on_the_mirrored_photo(shifted(person(), 2)))
    response = client.post(address(photo))
    assert (response.status_code, response["Location"]) == (302, photo.get_absolute_url())
    assert words_of(response) == ["Mirror check: mean 2.0 px, least sure: nose 2.0 px"]
    assert PoseRevision.objects.get().mirror_px is not None


def test_the_page_shows_uncertainties_only_where_there_are_some(client, user, photo, fake_detector):
    client.force_login(user)
    before = client.get(photo.get_absolute_url())
    assert before.context["photo_json"]["people"][0]["uncertainty"] is None
    assert "± px" not in before.content.decode()
    assert 'name="uncertainty"' not in before.content.decode()
    fake_detector.people = tuple(on_the_mirrored_photo(shifted(person(), 2)))
    client.post(address(photo))
    after = client.get(photo.get_absolute_url())
    assert after.context["photo_json"]["people"][0]["uncertainty"] == pytest.approx([2.0] * 33, abs=0.001)
    assert "± px" in after.content.decode()
    assert after.content.decode().count('<td class="number">2.0</td>') == 33
    assert 'name="uncertainty"' in after.content.decode()


def test_a_refusal_is_told_on_the_photos_page(client, user, photo):
    client.force_login(user)
    photo_storage().delete(photo.file.name)
    response = client.post(address(photo))
    assert response.status_code == 302
    assert words_of(response) == ["The photo's file is gone from the storage; upload the photo again."]
    assert PoseRevision.objects.get().mirror_px is None


def test_anonymous_visitors_log_in_first(client, photo):
    response = client.post(address(photo))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")
    assert not MirrorCheck.objects.exists()


def test_someone_elses_photo_is_not_there(client, stranger, photo):
    client.force_login(stranger)
    assert client.post(address(photo)).status_code == 404
    assert not MirrorCheck.objects.exists()


def test_who_only_sees_the_photo_may_not_check_it_and_has_no_button(client, make_user, photo):
    from django.contrib.auth.models import Permission

    viewer = make_user("viewer@example.org")
    viewer.user_permissions.add(Permission.objects.get(codename="view_photo"))
    client.force_login(viewer)
    assert "Check by mirror" not in client.get(photo.get_absolute_url()).content.decode()
    assert client.post(address(photo)).status_code == 404
    assert not MirrorCheck.objects.exists()


@pytest.mark.parametrize("codename", ["change_photo", "change_pose", "approve_pose"])
def test_who_may_change_photos_or_correct_or_approve_poses_may_check_every_photo(client, make_user, photo, codename):
    from django.contrib.auth.models import Permission

    member = make_user("member@example.org")
    member.user_permissions.set(Permission.objects.filter(codename__in=["view_photo", codename]))
    client.force_login(member)
    content = client.get(photo.get_absolute_url()).content.decode()
    assert "Check by mirror" in content
    assert ("Detect again" in content) is (codename == "change_photo")
    assert client.post(address(photo)).status_code == 302
    assert MirrorCheck.objects.get().asked_by == member


def test_it_takes_posts_alone(client, user, photo):
    client.force_login(user)
    assert client.get(address(photo)).status_code == 405


def test_sweeps_take_up_a_check_whose_request_died(photo, user, off_by_two):
    from core.work import sweeping

    row = MirrorCheck.objects.create(photo=photo, asked_by=user, **claims.queued())
    claims.take(row, lease=timedelta(seconds=-1))
    sweeping.sweep(now=timezone.now())
    broker.work_through()
    row.refresh_from_db()
    assert row.status == "completed"


# The real model.

PORTRAIT = Path(mpl.get_data_path(), "sample_data", "grace_hopper.jpg")


@pytest.fixture
def astronaut() -> bytes:
    target = io.BytesIO()
    Image.fromarray(skimage.data.astronaut()).save(target, "PNG")
    return target.getvalue()


def test_the_real_models_points_come_back_on_their_own_sides(user, astronaut, real_detector):
    photo = upload_photo(
        owner=user,
        stream=io.BytesIO(astronaut),
        name="astronaut.png",
        source=Photo.Source.API,
        options=DetectionOptions.given(people=1),
        detector=real_detector,
    ).photo
    (checked,) = check(photo, user, real_detector)
    found = checked.difference
    assert len(found.distances_px) == 33
    assert np.isfinite(found.distances_px).all()
    assert max(found.distances_px) > 0
    shoulders = [found.distances_px[landmarks.INDEX[name]] for name in ("left_shoulder", "right_shoulder")]
    assert max(shoulders) < 30
    assert 0 < Pose.objects.get().mirror_disagreement < 0.2

    # The same without exchanging the sides: shoulders and ears would lie a body's width apart.
    pixels = mirror.flipped(pictures.decoded_file(photo).pixels)
    settings = DetectionOptions.given(people=1).detection_settings
    (raw,) = real_detector.detect(pixels, model=model_named(None), settings=settings)
    exchanged = mirror.unmirrored(raw).keypoints
    unexchanged = [exchanged[twin] for twin in landmarks.MIRROR]
    wrong = versions.distances_px(checked.revision.points, unexchanged, size=(photo.width, photo.height))
    ends = [landmarks.INDEX[name] for name in ("left_shoulder", "right_shoulder")]
    assert min(wrong[index] for index in ends) > 5 * max(shoulders)


def test_a_photo_that_is_mirrored_twice_is_checked_against_itself(user, astronaut, real_detector):
    photo = upload_photo(
        owner=user,
        stream=io.BytesIO(astronaut),
        name="astronaut.png",
        source=Photo.Source.API,
        options=DetectionOptions.given(people=1),
        detector=real_detector,
    ).photo

    class Twice:
        """Mirrors once more, and turns back what is found as the mirror of a mirror is turned back."""

        def detect(self, pixels, *, model, settings):
            found = real_detector.detect(mirror.flipped(pixels), model=model, settings=settings)
            return tuple(mirror.unmirrored(one) for one in found)

    (checked,) = check(photo, user, Twice())
    assert max(checked.difference.distances_px) < 0.01
