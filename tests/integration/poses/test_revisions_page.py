"""The pages of a pose's revisions: the list, two compared, and one brought back."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from poses.models import LogEntry, Photo, Pose, PoseRevision
from poses.services.editing import change_keypoints
from poses.views import revisions as revision_views


@pytest.fixture
def pose(photo: Photo) -> Pose:
    return photo.poses.select_related("current").get()


@pytest.fixture
def own(client, user):
    """The site as the photo's owner sees it."""
    client.force_login(user)
    return client


def page(pose: Pose, name: str = "revisions") -> str:
    return reverse(f"poses:{name}", args=[pose.pk])


def edit(pose: Pose, editor: object, *points: dict, **options: object) -> PoseRevision:
    pose = Pose.objects.select_related("current").get(pk=pose.pk)
    return change_keypoints(
        pose=pose, keypoints=list(points), editor=editor, expected_revision=pose.current.number, **options
    )


def move(pose: Pose, editor: object, name: str, x: float, **options: object) -> PoseRevision:
    return edit(pose, editor, {"name": name, "x": x, "y": 0.5}, **options)


def grant(user: object, *codenames: str) -> None:
    found = Permission.objects.filter(content_type__app_label="poses", codename__in=codenames)
    assert found.count() == len(codenames)
    user.user_permissions.add(*found)


def text_of(response: object) -> str:
    return " ".join(response.content.decode().split())


def test_the_list_shows_who_changed_what_and_why(own, user, pose):
    move(pose, user, "nose", 0.25, client="page", reason="hidden by the <hand>")
    response = own.get(page(pose))
    assert [row.number for row in response.context["page"].rows] == [2, 1]
    text = text_of(response)
    assert "Ada Lovelace" in text
    assert "hidden by the &lt;hand&gt;" in text
    assert text.count(">current</span>") == 1
    assert "pose_landmarker" in text
    assert text.count("<h1") == 1


def test_the_models_and_the_current_revision_are_chosen_to_compare(own, user, pose):
    for number in range(3):
        move(pose, user, "nose", 0.2 + number / 10)
    context = own.get(page(pose)).context
    assert (context["a"], context["b"]) == (1, 4)
    text = text_of(own.get(page(pose)))
    assert 'name="a" value="1" aria-label="Revision 1 as A" checked' in text
    assert 'name="b" value="4" aria-label="Revision 4 as B" checked' in text


def test_the_list_is_paged_by_number_in_both_directions(own, user, pose, monkeypatch):
    monkeypatch.setattr(revision_views, "_PAGE_SIZE", 3)
    for number in range(7):
        move(pose, user, "nose", 0.1 + number / 10)

    def numbers(query: str) -> list[int]:
        return [row.number for row in own.get(page(pose) + query).context["page"].rows]

    assert numbers("") == [8, 7, 6]
    assert numbers("?before=6") == [5, 4, 3]
    assert numbers("?before=3") == [2, 1]
    assert numbers("?after=5") == [8, 7, 6]
    assert numbers("?after=2") == [5, 4, 3]
    for beyond in ("?before=1", "?after=8", "?before=x", "?before=0", f"?before={10**30}"):
        assert numbers(beyond) == [8, 7, 6]
    first, middle, last = (own.get(page(pose) + query).context["page"] for query in ("", "?before=6", "?before=3"))
    assert (first.after, first.before) == (None, 6)
    assert (middle.after, middle.before) == (5, 3)
    assert (last.after, last.before) == (2, None)


def test_a_long_list_takes_the_same_queries_and_reads_no_keypoints(own, user, pose, django_assert_num_queries):
    move(pose, user, "nose", 0.1)
    own.get(page(pose))
    with django_assert_num_queries(9) as before:
        own.get(page(pose))
    for number in range(8):
        move(pose, user, "nose", 0.1 + number / 10)
    with django_assert_num_queries(len(before)) as queries:
        assert len(own.get(page(pose)).context["page"].rows) == 10
    selected = [query["sql"].split(" FROM ")[0] for query in queries]
    assert not [sql for sql in selected if '"keypoints"' in sql or '"world_keypoints"' in sql]


def compare(client, pose: Pose, query: str = "") -> object:
    return client.get(page(pose, "revisions_compare") + query)


def test_two_revisions_are_compared_point_by_point_the_farthest_first(own, user, pose):
    nose = pose.current.points[0]
    move(pose, user, "nose", nose.x + 3 / 64)
    edit(pose, user, {"name": "left_knee", "x": 0.9, "y": 0.9}, {"name": "left_ear", "state": "occluded"})
    compared = compare(own, pose).context["compared"]
    assert (compared.a.revision.number, compared.b.revision.number) == (1, 3)
    assert [row.name for row in compared.rows] == ["left_knee", "nose", "left_ear"]
    assert (compared.moves.points, compared.moves.states) == (2, 1)
    knee, moved, ear = compared.rows
    assert (moved.a.x_px, moved.b.x_px) == pytest.approx((nose.x * 64, nose.x * 64 + 3), abs=0.001)
    assert compared.largest_px == knee.moved_px > moved.moved_px
    assert (ear.moved_px, ear.a.state, ear.b.state) == (0, "visible", "occluded")
    by_name = compare(own, pose, "?sort=name").context["compared"]
    assert [row.name for row in by_name.rows] == ["left_ear", "left_knee", "nose"]


def test_extra_landmarks_are_compared_too(own, user, pose):
    edit(pose, user, {"name": "nose"}, extra_keypoints=[{"name": "c7", "x": 0.5, "y": 0.25}])
    response = compare(own, pose)
    [row] = response.context["compared"].rows
    assert (row.name, row.moved_px, row.a.x_px, row.b.x_px) == ("c7", None, None, 32.0)
    text = text_of(response)
    assert 'data-name="c7"' in text
    assert "placed" in text
    backwards = compare(own, pose, "?a=2&b=1")
    assert "removed" in text_of(backwards)


def test_both_views_work_without_a_script(own, user, pose):
    move(pose, user, "nose", 0.25)
    beside, over = compare(own, pose), compare(own, pose, "?view=overlay")
    assert text_of(beside).count("<figure") == 2
    assert text_of(over).count("<figure") == 1
    assert text_of(over).count('<g class="person"') == 2
    assert text_of(over).count("compare-ghost") == 1
    [picture] = over.context["compared"].pictures
    assert len(picture.lines) == 1
    assert [len(picture.lines) for picture in beside.context["compared"].pictures] == [0, 0]


def test_the_pictures_show_the_person_or_the_whole_photo(own, user, make_photo):
    pose = make_photo().poses.get()
    move(pose, user, "nose", 0.4)
    whole = compare(own, pose, "?crop=photo").context["compared"].pictures[0].view_box
    assert whole == "0.0 0.0 64.0 48.0"
    left, top, width, height = map(float, compare(own, pose).context["compared"].pictures[0].view_box.split())
    assert left >= 0 <= top
    assert left + width <= 64
    assert top + height <= 48


def test_ways_that_are_none_are_the_usual_ones(own, pose):
    response = compare(own, pose, "?view=x&crop=x&sort=x")
    assert response.status_code == 200
    assert response.context["view"] == "side"


def test_a_pose_with_one_revision_is_compared_with_itself_and_says_so(own, pose):
    response = compare(own, pose)
    assert response.status_code == 200
    assert "This is one and the same revision." in text_of(response)


def test_the_current_revision_of_a_model_is_compared_with_the_one_before(own, user, pose):
    move(pose, user, "nose", 0.25)
    own.post(page(pose, "revisions_restore"), {"revision": 1, "expected_revision": 2})
    compared = compare(own, pose).context["compared"]
    assert (compared.a.revision.number, compared.b.revision.number) == (2, 3)


@pytest.mark.parametrize("query", ["?a=9", "?a=1&b=9", "?a=x", "?a=0", "?a=-1", f"?b={10**30}", "?a=1.5", "?a=%00"])
def test_numbers_of_no_revision_are_said_to_be(query, own, pose):
    response = compare(own, pose, query)
    assert response.status_code == 404
    assert "This pose has no" in text_of(response)
    assert "<h1>Revisions of Person 1</h1>" in text_of(response)


def test_a_revision_of_another_pose_is_not_shown(own, user, pose, make_photo):
    other = make_photo().poses.get()
    for number in range(3):
        move(other, user, "nose", 0.1 + number / 10)
    assert compare(own, pose, "?a=1&b=4").status_code == 404


def test_comparing_takes_the_same_queries_however_many_revisions(own, user, pose, django_assert_num_queries):
    move(pose, user, "nose", 0.1)
    compare(own, pose)
    with django_assert_num_queries(9) as before:
        compare(own, pose)
    for number in range(5):
        move(pose, user, "nose", 0.2 + number / 10)
    with django_assert_num_queries(len(before)):
        compare(own, pose, "?a=2&b=4")


def test_bringing_back_a_whole_revision(own, user, pose):
    before = pose.current.keypoints
    move(pose, user, "nose", 0.25)
    shown = text_of(compare(own, pose))
    assert "1 point moves by" in shown
    assert ": nose." in shown
    assert "The pose follows the model again." in shown
    wanted = {"revision": 1, "expected_revision": 2, "reason": "moved by mistake"}
    response = own.post(page(pose, "revisions_restore"), wanted, follow=True)
    assert response.redirect_chain == [(page(pose), 302)]
    assert "Revision 1 is back, as revision 3." in text_of(response)
    third = Pose.objects.get().current
    assert (third.number, third.source, third.keypoints) == (3, "model", before)
    assert (third.restored_from, third.client, third.reason, third.editor) == (1, "page", "moved by mistake", user)
    assert LogEntry.objects.filter(action="edit", actor=user).count() == 2


def test_bringing_back_one_point(own, user, pose):
    before = pose.current.keypoints
    move(pose, user, "nose", 0.25)
    after = move(pose, user, "left_knee", 0.75).keypoints
    wanted = {"revision": 1, "expected_revision": 3, "points": ["nose"]}
    response = own.post(page(pose, "revisions_restore"), wanted, follow=True)
    assert "1 point of revision 1 brought back, as revision 4." in text_of(response)
    assert Pose.objects.get().current.keypoints == [before[0], *after[1:]]


def test_points_can_be_brought_back_from_where_they_differ_from_the_current_revision(own, user, pose):
    move(pose, user, "nose", 0.25)
    move(pose, user, "nose", 0.5)
    [row] = compare(own, pose).context["compared"].rows
    assert (row.a.can_bring_back, row.b.can_bring_back) == (True, False)
    [row] = compare(own, pose, "?a=1&b=2").context["compared"].rows
    assert (row.a.can_bring_back, row.b.can_bring_back) == (True, True)
    text = text_of(compare(own, pose, "?a=1&b=2"))
    assert text.count('form="bring-back-a"') == text.count('form="bring-back-b"') == 1
    assert text.count("Bring back revision") == 2


def test_a_stale_restore_is_409_with_a_way_to_compare_and_changes_nothing(own, user, pose):
    move(pose, user, "nose", 0.25)
    move(pose, user, "nose", 0.5)
    response = own.post(page(pose, "revisions_restore"), {"revision": 1, "expected_revision": 2})
    assert response.status_code == 409
    assert "Somebody saved revision 3 meanwhile" in text_of(response)
    assert f"{page(pose, 'revisions_compare')}?a=1&amp;b=3" in text_of(response)
    assert PoseRevision.objects.count() == 3


def test_an_approved_pose_says_that_it_is_locked_and_stays(own, user, pose):
    move(pose, user, "nose", 0.25)
    Pose.objects.update(review_status="approved", reviewed_at=timezone.now())
    for response in (own.get(page(pose)), compare(own, pose)):
        assert "approved and locked" in text_of(response)
        assert "Bring back" not in text_of(response)
    response = own.post(page(pose, "revisions_restore"), {"revision": 1, "expected_revision": 2})
    assert response.status_code == 409
    assert "This pose is approved and locked." in text_of(response)
    assert PoseRevision.objects.count() == 2


BAD = {
    "no revision": {"expected_revision": 1},
    "no expected revision": {"revision": 1},
    "an unknown revision": {"revision": 9, "expected_revision": 1},
    "an unknown expected revision": {"revision": 1, "expected_revision": 9},
    "text": {"revision": "one", "expected_revision": 1},
    "a huge number": {"revision": 10**30, "expected_revision": 1},
    "an unknown point": {"revision": 1, "expected_revision": 1, "points": ["tail"]},
    "too long a reason": {"revision": 1, "expected_revision": 1, "reason": "x" * 301},
    "a null byte": {"revision": 1, "expected_revision": 1, "reason": "a\0b"},
}


@pytest.mark.parametrize("case", BAD)
def test_bad_restores_are_400_and_change_nothing(case, own, pose):
    response = own.post(page(pose, "revisions_restore"), BAD[case])
    assert response.status_code == 400
    assert 'role="alert"' in text_of(response)
    assert PoseRevision.objects.count() == 1


def test_who_may_see_but_neither_edit_nor_export_finds_no_buttons(client, stranger, user, pose):
    move(pose, user, "nose", 0.25)
    grant(stranger, "view_photo")
    client.force_login(stranger)
    for response in (client.get(page(pose)), compare(client, pose)):
        assert response.status_code == 200
        assert "Bring back" not in text_of(response)
        assert "audit.csv" not in text_of(response)
    assert client.post(page(pose, "revisions_restore"), {"revision": 1, "expected_revision": 2}).status_code == 404
    assert PoseRevision.objects.count() == 2


def test_who_may_export_finds_the_audit_and_no_buttons(client, stranger, user, pose):
    move(pose, user, "nose", 0.25)
    grant(stranger, "view_photo", "export_pose")
    client.force_login(stranger)
    text = text_of(client.get(page(pose)))
    assert "audit.csv" in text
    assert "Bring back" not in text


def test_an_editor_brings_back_others_revisions(client, stranger, user, pose):
    move(pose, user, "nose", 0.25)
    grant(stranger, "view_photo", "change_pose")
    client.force_login(stranger)
    assert client.post(page(pose, "revisions_restore"), {"revision": 1, "expected_revision": 2}).status_code == 302
    assert Pose.objects.get().current.editor == stranger


@pytest.mark.parametrize("name", ["revisions", "revisions_compare", "revisions_restore"])
def test_strangers_find_nothing_and_anonymous_visitors_log_in(name, client, stranger, pose):
    method = client.post if name == "revisions_restore" else client.get
    wanted = {"revision": 1, "expected_revision": 1}
    response = method(page(pose, name), wanted)
    assert response.status_code == 302
    assert response.url.startswith(reverse("accounts:login"))
    client.force_login(stranger)
    assert method(page(pose, name), wanted).status_code == 404
    assert PoseRevision.objects.count() == 1


def test_wrong_methods_and_malformed_ids(own, pose):
    assert own.post(page(pose)).status_code == 405
    assert own.post(page(pose, "revisions_compare")).status_code == 405
    assert own.get(page(pose, "revisions_restore")).status_code == 405
    for path in ("/poses/x/revisions/", "/poses/123/revisions/compare/"):
        assert own.get(path).status_code == 404


def test_the_photo_page_leads_to_each_persons_history(own, pose):
    assert page(pose) in text_of(own.get(pose.photo.get_absolute_url()))
