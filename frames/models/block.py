"""Rows in blocks: a range of depths is a few reads, however many rows the scan has."""

from django.db import models
from django.db.models import Q

from .scan import DepthScan
from .scan_import import DepthImport

BLOCK_ROWS = 1024
# Each level has a row for four of the level below; of a million rows the sixth fits into one block.
LEVEL_FACTOR = 4
LEVELS = 6


class DepthBlock(models.Model):
    """Where 1,024 neighbouring rows of one level are; the last of a level may have fewer.

    Level 0 has the rows themselves, in order of depth; row n is in the block at position n // 1,024. Blocks that an
    import is still making are `staged_by` it, and nobody reads them.
    """

    scan = models.ForeignKey(DepthScan, on_delete=models.CASCADE, related_name="blocks", db_index=False)
    staged_by = models.ForeignKey(DepthImport, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    level = models.PositiveSmallIntegerField()
    position = models.PositiveIntegerField()
    row_count = models.PositiveSmallIntegerField()
    depth_min = models.FloatField()
    depth_max = models.FloatField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("scan", "level", "position"), condition=Q(staged_by=None), name="depthblock_once_a_place"
            ),
            models.UniqueConstraint(
                fields=("staged_by", "level", "position"),
                condition=Q(staged_by__isnull=False),
                name="depthblock_once_staged",
            ),
            models.CheckConstraint(
                condition=Q(level__lt=LEVELS, row_count__gte=1, row_count__lte=BLOCK_ROWS)
                & Q(depth_min__lte=models.F("depth_max")),
                name="depthblock_sound",
            ),
        )
        indexes = (
            models.Index(
                fields=("scan", "depth_max"), condition=Q(level=0, staged_by=None), name="depthblock_by_depth"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scan_id}, level {self.level}, block {self.position}"


class BlockRows(models.Model):
    """The rows of a block, as arrays in row order: one that only says where it is stays small.

    `depths` is float64 (n,), `thin` and `grey` uint8 (n, thin_width) and (n, width), all little-endian; levels above 0
    have no grey. SQLite reads a row up to the last column that is asked for, so the largest comes last.
    """

    block = models.OneToOneField(DepthBlock, on_delete=models.CASCADE, primary_key=True, related_name="rows")
    depths = models.BinaryField()
    thin = models.BinaryField()
    grey = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"Rows of block {self.block_id}"
