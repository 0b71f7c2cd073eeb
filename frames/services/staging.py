"""Blocks that an import makes: stored a few at a time, read by nobody before all are there."""

from collections.abc import Callable

from django.db import transaction

from frames.models import BlockRows, DepthBlock, DepthImport

from .building import Block
from .holding import hold_claimed

# Some megabytes a transaction: on SQLite others write in between.
_ROWS_BLOCKS_AT_ONCE = 8


class Stage:
    """Stores blocks for a claimed import. Raises ClaimLost where it was deleted or taken over meanwhile.

    `on_stored` is called with the number of level 0's rows, after each transaction.
    """

    def __init__(self, item: DepthImport, on_stored: Callable[[int], None]) -> None:
        self._item = item
        self._on_stored = on_stored
        self._waiting: list[Block] = []

    def add(self, block: Block) -> None:
        """One more."""
        self._waiting.append(block)
        if len(self._waiting) >= _ROWS_BLOCKS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Stores what waits."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        with transaction.atomic():
            hold_claimed(self._item)
            blocks = DepthBlock.objects.bulk_create([self._row(block) for block in waiting])
            BlockRows.objects.bulk_create(_contents(row, block) for row, block in zip(blocks, waiting, strict=True))
        self._on_stored(sum(len(block.depths) for block in waiting if block.level == 0))

    def _row(self, block: Block) -> DepthBlock:
        return DepthBlock(
            scan_id=self._item.scan_id,
            staged_by_id=self._item.pk,
            level=block.level,
            position=block.position,
            row_count=len(block.depths),
            depth_min=float(block.depths[0]),
            depth_max=float(block.depths[-1]),
        )


def clear(item: DepthImport) -> None:
    """Removes what an attempt has left behind."""
    DepthBlock.objects.filter(staged_by=item).delete()


def _contents(row: DepthBlock, block: Block) -> BlockRows:
    grey = None if block.grey is None else block.grey.tobytes()
    # By its key: with the object each would hold the other until the garbage collector comes.
    return BlockRows(block_id=row.pk, depths=block.depths.astype("<f8").tobytes(), thin=block.thin.tobytes(), grey=grey)
