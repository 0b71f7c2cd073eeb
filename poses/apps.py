"""The poses app."""

from django.apps import AppConfig
from django.db.models.signals import post_delete


class PosesConfig(AppConfig):
    """Photos in, keypoints out."""

    name = "poses"

    def ready(self) -> None:
        """Registers the system checks and the work in the background, and has files follow their rows."""
        from core.work import kinds

        from . import checks, health, queue  # noqa: F401
        from .models import Arrival, MirrorCheck, Photo, Removal
        from .services import arriving, detecting, mirroring, photo_files, removing, stored_files

        post_delete.connect(removing.follow_the_row, sender=Photo)
        stored_files.register(
            stored_files.FileRows(
                label="photo",
                model=Photo,
                fields=("file", "thumbnail"),
                layout=photo_files.LAYOUT,
                sha256_field="sha256",
                size_field="size_bytes",
            )
        )
        kinds.register(
            kinds.Kind(
                name=queue.DETECTION,
                label="Finding people on photos",
                model=Photo,
                work=detecting.detect_claimed,
                on_failure=detecting.log_failure,
                on_retry=detecting.log_queued,
                describe=lambda photo: photo.title,
                lease=queue.LEASE,
                retry_permission="poses.retry_photo",
            )
        )
        kinds.register(
            kinds.Kind(
                name=queue.ARRIVAL,
                label="Uploads straight to the bucket",
                model=Arrival,
                work=arriving.take_in,
                lease=queue.ARRIVAL_LEASE,
                retry_permission="poses.retry_photo",
                chunk_size=4,
            )
        )
        kinds.register(
            kinds.Kind(
                name=queue.MIRROR,
                label="Mirror checks",
                model=MirrorCheck,
                work=mirroring.check_claimed,
                on_failure=mirroring.log_failure,
                on_retry=mirroring.log_queued,
                describe=lambda check: check.photo.title,
                lease=queue.LEASE,
                retry_permission="poses.retry_photo",
            )
        )
        kinds.register(
            kinds.Kind(
                name=queue.REMOVAL,
                label="Files to remove",
                model=Removal,
                work=removing.remove_claimed,
                feed=removing.feed,
                lease=queue.REMOVAL_LEASE,
                retry_permission="poses.retry_photo",
            )
        )
