"""The frames app."""

from django.apps import AppConfig
from django.db.models import Q
from django.db.models.signals import post_delete, pre_delete


class FramesConfig(AppConfig):
    """Image rows by depth: CSVs in, strips, tables and a viewer out."""

    name = "frames"

    def ready(self) -> None:
        """Registers the work in the background, and has files follow their rows."""
        from accounts.models import User
        from core.work import kinds
        from poses.services import removing, stored_files

        from . import queue
        from .models import DepthImport
        from .services import creating, importing, scans

        post_delete.connect(removing.follow_the_row, sender=DepthImport)
        pre_delete.connect(scans.delete_with_owner, sender=User)
        stored_files.register(
            stored_files.FileRows(
                label="depth import",
                model=DepthImport,
                fields=("file",),
                layout=creating.LAYOUT,
                size_field="size_bytes",
            )
        )
        kinds.register(
            kinds.Kind(
                name=queue.IMPORT,
                label="Imports of depth scans",
                model=DepthImport,
                work=importing.import_claimed,
                on_failure=importing.note_failure,
                lease=queue.LEASE,
                retry_permission="frames.change_depthimport",
                may_be_retried=~Q(file=""),  # it is gone with the first end; whoever has it imports it again
                is_long=True,
                has_own_page=True,
            )
        )
