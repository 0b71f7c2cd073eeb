"""States of batches, findings and changes as people read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from batches.models import Batch
from core.pages.words import State


def state_of(batch: Batch, *, failed: int) -> State:
    """In a few words; `failed` is how many of its images have."""
    if batch.status == Batch.Status.FAILED:
        return State("Results not written", "bad")
    if batch.is_final:
        return _ended(batch, failed)
    if batch.status != Batch.Status.HELD:
        return State("Writing the results", "busy")
    return {
        Batch.Stage.DRAFT: State("Checked, not started"),
        Batch.Stage.RUNNING: State("Running", "busy"),
        Batch.Stage.PAUSED: State("Paused", "warn"),
        Batch.Stage.CANCELLED: State("Being cancelled", "warn"),
        Batch.Stage.FINISHED: State("Finished", "ok"),
    }[Batch.Stage(batch.stage)]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a CSV, in a table that has its row in a column."""

    row: int | None
    column: str | None
    message: str


def findings_of(problems: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """The messages without the row that they begin with."""
    return [_finding(problem["row"], problem["column"], problem["message"]) for problem in problems]


def change(before: int, after: int) -> str:
    """`−62 %`."""
    per_cent = round(100 * (after - before) / before) if before else 0
    return f"{'−' if per_cent < 0 else '±' if per_cent == 0 else '+'}{abs(per_cent)} %"


def _finding(row: int | None, column: str | None, message: str) -> Finding:
    words = message.removeprefix(f"Row {row}: ")
    return Finding(row, column, words[:1].upper() + words[1:])


def _ended(batch: Batch, failed: int) -> State:
    if batch.stage == Batch.Stage.CANCELLED:
        return State("Cancelled", "warn")
    if not failed:
        return State("Finished", "ok")
    if failed == batch.image_count:
        return State("Finished, all failed", "bad")
    return State(f"Finished, {failed:,} failed", "warn")
