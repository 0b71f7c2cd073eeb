import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from accounts.models import EDITORS, OPERATORS, REVIEWERS
from accounts.services.roles import ensure_roles

OPERATOR_PERMISSIONS = {
    *("view_logentry", "retry_photo", "retry_batch", "operate_backup", "view_depthscan", "view_depthimport"),
}
EDITOR_PERMISSIONS = {
    *("view_photo", "view_pose", "change_pose", "view_poserevision", "view_detection", "export_pose"),
}


def _codenames(role: str) -> set[str]:
    return set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))


@pytest.mark.django_db
def test_migrating_makes_the_roles_with_their_permissions():
    assert _codenames(EDITORS) == EDITOR_PERMISSIONS
    assert _codenames(REVIEWERS) == EDITOR_PERMISSIONS | {"approve_pose", "change_photo"}
    assert _codenames(OPERATORS) == OPERATOR_PERMISSIONS
    assert set(Permission.objects.filter(group__name=OPERATORS).values_list("content_type__app_label", flat=True)) == {
        *("poses", "batches", "backups", "frames"),
    }


@pytest.mark.django_db
def test_it_can_run_again_and_mends_what_is_missing():
    Group.objects.get(name=EDITORS).permissions.clear()
    Group.objects.get(name=OPERATORS).delete()
    Group.objects.get(name=REVIEWERS).delete()

    for app_label in ("poses", "batches", "frames", "backups") * 2:
        ensure_roles(app_label=app_label)

    assert _codenames(EDITORS) == EDITOR_PERMISSIONS
    assert _codenames(REVIEWERS) == EDITOR_PERMISSIONS | {"approve_pose", "change_photo"}
    assert _codenames(OPERATORS) == OPERATOR_PERMISSIONS


@pytest.mark.django_db
def test_what_an_operator_adds_to_a_role_stays():
    extra = Permission.objects.get(codename="view_user", content_type__app_label="accounts")
    Group.objects.get(name=EDITORS).permissions.add(extra)

    call_command("migrate", verbosity=0)

    assert _codenames(EDITORS) == EDITOR_PERMISSIONS | {"view_user"}


def test_a_role_gives_its_permissions(user):
    user.groups.add(Group.objects.get(name=EDITORS))

    assert user.has_perm("poses.change_pose")
    assert user.has_perm("poses.view_photo")
    assert not user.has_perm("poses.approve_pose")
    assert not user.has_perm("poses.delete_pose")
    assert not user.has_perm("poses.delete_photo")
    assert not user.has_perm("poses.view_logentry")
