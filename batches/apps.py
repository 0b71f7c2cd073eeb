"""The batches app."""

from django.apps import AppConfig
from django.db.models import Q
from django.db.models.signals import post_delete


class BatchesConfig(AppConfig):
    """CSVs of image URLs in; compressed images, poses and an output CSV out."""

    name = "batches"

    def ready(self) -> None:
        """Registers the work in the background, and has files follow their rows."""
        from core.work import kinds
        from poses.services import removing, stored_files

        from . import queue
        from .models import Batch, BatchImage, Delivery, Output
        from .services import completing, deliveries, outputs, shifts, stages, working

        post_delete.connect(removing.follow_the_row, sender=Output)
        post_delete.connect(removing.follow_the_row, sender=Batch)
        stored_files.register(
            stored_files.FileRows(
                label="output",
                model=Output,
                fields=("file", "thumbnail"),
                layout=outputs.LAYOUT,
                sha256_field="sha256",
                size_field="bytes_after",
            )
        )
        stored_files.register(
            stored_files.FileRows(
                label="batch",
                model=Batch,
                fields=("results",),
                layout=completing.LAYOUT,
                size_field="results_bytes",
            )
        )
        kinds.register(
            kinds.Kind(
                name=queue.IMAGE,
                label="Images of batches",
                model=BatchImage,
                work=working.work_on_image,
                on_failure=working.note_failure,
                on_retry=stages.note_retry,
                # What an owner has cancelled stays so.
                may_be_retried=~Q(batch__stage=Batch.Stage.CANCELLED),
                feed=shifts.feed,
                lease=queue.IMAGE_LEASE,
                retry_permission="batches.retry_batch",
                chunk_size=1,
            )
        )
        kinds.register(
            kinds.Kind(
                name=queue.RESULTS,
                label="Results of batches",
                model=Batch,
                work=completing.write_results,
                lease=queue.RESULTS_LEASE,
                retry_permission="batches.retry_batch",
                chunk_size=1,
            )
        )
        kinds.register(
            kinds.Kind(
                name=queue.DELIVERY,
                label="Webhooks and e-mails",
                model=Delivery,
                work=deliveries.deliver,
                on_failure=deliveries.note_failure,
                on_retry=deliveries.note_retry,
                feed=deliveries.feed,
                lease=queue.DELIVERY_LEASE,
                retry_permission="batches.retry_batch",
                chunk_size=1,
            )
        )
