"""The rows of a batch's CSV."""

import uuid

from django.db import models


class BatchRow(models.Model):
    """A row as it came. Its state follows from those of its images; `services/settling.py` keeps it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        PARTIAL = "partial", "Partly done"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey("batches.Batch", on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="Counts rows of data from 1.")
    line = models.PositiveIntegerField(help_text="As the CSV's own reader counts; the header is 1.")
    serial = models.CharField(max_length=255, blank=True)
    product = models.CharField(max_length=255, blank=True)
    cells = models.JSONField(help_text="Every cell as it was.")
    is_sample = models.BooleanField(default=False, help_text="Tried with the check.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    error_code = models.CharField(max_length=40, blank=True, help_text="Of the first image that failed.")
    images: "models.ManyToManyField[models.Model, RowImage]" = models.ManyToManyField(
        "batches.BatchImage", through="batches.RowImage", related_name="rows"
    )

    class Meta:
        ordering = ("batch", "number")
        constraints = (models.UniqueConstraint(fields=("batch", "number"), name="batchrow_once_a_number"),)
        indexes = (models.Index(fields=("batch", "state", "number"), name="batchrow_of_state"),)

    def __str__(self) -> str:
        return f"Row {self.line}"


class RowImage(models.Model):
    """A URL in a row, at its place among the row's URLs."""

    row = models.ForeignKey(BatchRow, on_delete=models.CASCADE, related_name="places")
    image = models.ForeignKey("batches.BatchImage", on_delete=models.CASCADE, related_name="places")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("row", "position")
        constraints = (models.UniqueConstraint(fields=("row", "position"), name="rowimage_once_a_position"),)

    def __str__(self) -> str:
        return f"{self.row_id}, {self.position}"
