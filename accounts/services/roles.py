"""The roles: Django groups with the permissions that belong to them."""

from django.contrib.auth.models import Group, Permission

from accounts.models import EDITORS, OPERATORS, REVIEWERS

# Other apps' permissions by name only: this app knows none of them.
_EDITING = ("view_photo", "view_pose", "change_pose", "view_poserevision", "view_detection", "export_pose")
_PERMISSIONS: dict[str, dict[str, tuple[str, ...]]] = {
    EDITORS: {"poses": _EDITING},
    # To detect again is with the reviewers: it may take away people whom nobody has corrected.
    REVIEWERS: {"poses": (*_EDITING, "approve_pose", "change_photo")},
    OPERATORS: {
        "poses": ("view_logentry", "retry_photo"),
        "batches": ("retry_batch",),
        # How imports stand; they are tried again by their owners, with the file.
        "frames": ("view_depthscan", "view_depthimport"),
        # A backup holds everyone's photos: its permission gives them all.
        "backups": ("operate_backup",),
    },
}


def ensure_roles(*, app_label: str, using: str = "default") -> None:
    """Makes the groups and adds the permissions of one app that exist to them; can run any number of times."""
    for role, permissions in _PERMISSIONS.items():
        codenames = permissions.get(app_label, ())
        if codenames or app_label == "accounts":
            group, _ = Group.objects.using(using).get_or_create(name=role)
            found = Permission.objects.using(using).filter(content_type__app_label=app_label, codename__in=codenames)
            group.permissions.add(*found)
