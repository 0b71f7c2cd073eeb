"""What an import has found wrong with a row."""

from django.db import models

from frames.formats.findings import Code

from .scan_import import DepthImport


class ImportFinding(models.Model):
    """One row of the file; `row` is its line, the header being 1."""

    depth_import = models.ForeignKey(DepthImport, on_delete=models.CASCADE, related_name="findings", db_index=False)
    row = models.PositiveIntegerField()
    code = models.CharField(max_length=20, choices=[(code.value, code.value) for code in Code])
    column = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=300)

    class Meta:
        ordering = ("row", "id")
        constraints = (models.CheckConstraint(condition=models.Q(row__gte=2), name="importfinding_below_header"),)
        indexes = (models.Index(fields=("depth_import", "row", "id"), name="importfinding_of_import"),)

    def __str__(self) -> str:
        return self.message
