"""The backups app."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    """The whole site in one ZIP a night, proven by restoring it."""

    name = "backups"

    def ready(self) -> None:
        """Registers the work in the background, and has files stay while a backup reads them."""
        from django.utils import timezone

        from core import health
        from core.work import kinds
        from poses.services import removing

        from . import checks, queue
        from .models import Backup, Check, Notice
        from .selectors.standing import keeps_files
        from .services import checking, notices, taking

        removing.keep_files_while(lambda: keeps_files(timezone.now()))
        health.register("backups", checks.newest_backup, needed=False)
        kinds.register(
            kinds.Kind(
                name=queue.BACKUP,
                label="Backups",
                model=Backup,
                work=taking.take,
                on_failure=taking.note_failure,
                lease=queue.LEASE,
                retry_permission="backups.operate_backup",
                is_long=True,
                has_own_page=True,
            )
        )
        kinds.register(
            kinds.Kind(
                name=queue.CHECK,
                label="Verifications and restore drills",
                model=Check,
                work=checking.work_on_check,
                on_failure=checking.note_failure,
                lease=queue.LEASE,
                retry_permission="backups.operate_backup",
                is_long=True,
                has_own_page=True,
            )
        )
        kinds.register(
            kinds.Kind(
                name=queue.NOTICE,
                label="E-mails about backups",
                model=Notice,
                work=notices.send,
                on_failure=notices.note_failure,
                on_retry=notices.note_retry,
                feed=notices.feed,
                lease=queue.NOTICE_LEASE,
                retry_permission="backups.operate_backup",
                chunk_size=1,
            )
        )
