"""A batch as a line of the list."""

from collections.abc import Sequence
from dataclasses import dataclass

from batches.models import Batch
from batches.selectors.pages import ImageCounts, counts_of
from core.pages.words import State, counted
from poses.views.cards import age_of

from .words import state_of


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch with the words to show; `final` of its images are done or failed."""

    batch: Batch
    state: State
    final: int
    rows: str
    images: str
    age: str

    @property
    def has_bar(self) -> bool:
        """Whether there is a part to show: not before the start, nor when all is over."""
        return not self.batch.is_draft and not self.batch.is_final


def lines_of(batches: Sequence[Batch]) -> list[BatchLine]:
    """In one read, however many there are."""
    counts = counts_of(batches)
    return [_line(batch, counts[batch.pk]) for batch in batches]


def _line(batch: Batch, counts: ImageCounts) -> BatchLine:
    final = batch.image_count - counts.unfinished
    if batch.is_draft:
        images = counted(batch.image_count, "image")
    elif batch.is_final:
        failed = f", {counts.failed:,} failed" if counts.failed else ""
        images = f"{counted(final, 'image')}{failed}"
    else:
        images = f"{final:,} of {counted(batch.image_count, 'image')}"
    return BatchLine(
        batch=batch,
        state=state_of(batch, failed=counts.failed),
        final=final,
        rows=f"{batch.row_count:,}",
        images=images,
        age=age_of(batch.created_at),
    )
