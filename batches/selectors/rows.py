"""Rows of a batch with all their images, for programs."""

from dataclasses import dataclass

from django.db.models import Prefetch

from batches.models import Batch, BatchRow, RowImage


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows with their images; `after` is where the next page begins, None at the end."""

    rows: list[BatchRow]
    after: int | None


def rows_after(batch: Batch, *, after: int, limit: int, state: str = "") -> Page:
    """By number, also where there are many thousands; two reads, whatever stands in the rows."""
    rows = batch.rows.filter(number__gt=after)
    if state:
        rows = rows.filter(state=state)
    places = RowImage.objects.select_related("image__output").order_by("position")
    found = list(rows.order_by("number").prefetch_related(Prefetch("places", places))[: limit + 1])
    shown = found[:limit]
    return Page(shown, shown[-1].number if len(found) > limit else None)
