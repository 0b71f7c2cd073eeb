"""Rows for tests that look at a depth scan and need nothing imported."""

import numpy as np
from django.utils import timezone

from accounts.models import User
from frames.imaging.thinning import thin
from frames.models import BlockRows, DepthBlock, DepthImport, DepthScan, ImportFinding
from frames.services.building import Block, BlockBuilder

THIN_WIDTH = 150


def scan_with_rows(owner: User, number: int = 0) -> DepthScan:
    """A scan of three rows at the depths 1, 2 and 3, all of one block a level, and its import with a finding."""
    now = timezone.now()
    depths, grey = np.array([1.0, 2.0, 3.0]), np.arange(12, dtype=np.uint8).reshape(3, 4)
    scan = DepthScan.objects.create(
        owner=owner,
        name=f"scan {number}",
        width=4,
        thin_width=THIN_WIDTH,
        row_count=3,
        depth_min=1.0,
        depth_max=3.0,
        step=1.0,
        edition=1,
        imported_at=now,
    )
    item = DepthImport.objects.create(
        scan=scan,
        asked_by=owner,
        original_name=f"scan {number}.csv",
        size_bytes=60,
        is_strict=False,
        status="completed",
        lease_until=None,
        started_at=now,
        finished_at=now,
        row_count=3,
        finding_counts={"empty_cell": 1},
    )
    message = "Row 4, column col2: the cell is empty; a whole number from 0 to 255 is needed."
    ImportFinding.objects.create(depth_import=item, row=4, code="empty_cell", column="col2", message=message)
    made: list[Block] = []
    builder = BlockBuilder(made.append, blocks_before=0, beginnings=[(np.empty(0), np.empty((0, 0), np.uint8))] * 5)
    builder.add(depths, grey, thin(grey, THIN_WIDTH))
    builder.finish()
    blocks = DepthBlock.objects.bulk_create(_row(scan, block) for block in made)
    BlockRows.objects.bulk_create(_contents(row, block) for row, block in zip(blocks, made, strict=True))
    return scan


def _row(scan: DepthScan, block: Block) -> DepthBlock:
    return DepthBlock(
        scan=scan,
        level=block.level,
        position=block.position,
        row_count=len(block.depths),
        depth_min=block.depths[0],
        depth_max=block.depths[-1],
    )


def _contents(row: DepthBlock, block: Block) -> BlockRows:
    grey = None if block.grey is None else block.grey.tobytes()
    return BlockRows(block=row, depths=block.depths.tobytes(), thin=block.thin.tobytes(), grey=grey)
