"""To see, edit, approve, export and delete poses are five permissions, none of which gives another."""

import pytest
from django.contrib.auth.models import Permission

from accounts.models import EDITORS, REVIEWERS
from tests.integration.poses.conftest import api_of
from tests.integration.poses.review_poses import make_pose, member_of

# What each permission opens for someone else's pose, beside seeing it.
ACTS = ("edit", "approve", "export", "delete")
GIVES = {
    "change_pose": {"edit"},
    "approve_pose": {"approve"},
    "export_pose": {"export"},
    "delete_pose": {"delete"},
    "view_pose": set(),
}


def done(api, pose, act: str) -> bool:
    """Whether it was done; refusals are 403 or 404."""
    edit = {"keypoints": [{"name": "nose", "x": 0.4}], "expected_revision": 1}
    url = f"/api/poses/{pose.pk}/"
    answer = {
        "edit": lambda: api.patch(url, edit),
        "approve": lambda: api.post(f"{url}review/", {"action": "approve"}),
        "export": lambda: api.get(f"{url}audit.csv/"),
        "delete": lambda: api.delete(url),
    }[act]()
    assert answer.status_code in (200, 204, 403, 404), answer
    return answer.status_code < 300


def may(member, owner) -> set[str]:
    return {act for act in ACTS if done(api_of(member), make_pose(owner), act)}


@pytest.mark.parametrize("codename", sorted(GIVES))
def test_each_permission_gives_what_it_names_and_nothing_else(make_user, user, codename):
    member = make_user("member@example.org")
    for name in ("view_photo", codename):
        member.user_permissions.add(Permission.objects.get(codename=name, content_type__app_label="poses"))
    assert may(member, user) == GIVES[codename]


def test_who_may_not_see_a_pose_may_do_nothing_to_it(make_user, user):
    member = make_user("member@example.org")
    given = Permission.objects.filter(codename__in=GIVES, content_type__app_label="poses")
    assert len(given) == len(GIVES)
    member.user_permissions.set(given)
    assert may(member, user) == set()


@pytest.mark.parametrize(("role", "acts"), [(EDITORS, {"edit", "export"}), (REVIEWERS, {"edit", "export", "approve"})])
def test_the_roles_need_no_superuser_and_no_staff(make_user, user, role, acts):
    member = member_of(make_user, role)
    assert not member.is_staff
    assert not member.is_superuser
    assert may(member, user) == acts


def test_owners_have_their_own_poses_but_do_not_judge_them(user):
    assert may(user, user) == {"edit", "export", "delete"}
