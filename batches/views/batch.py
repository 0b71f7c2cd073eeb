"""The page of one batch: its check before the start, and how it goes on after that."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from batches.models import Batch, BatchImage, BatchRow
from batches.selectors.pages import PAGE_SIZE, RowPage, count_of, photos_with_skeletons, rows_page, sample_rows
from batches.selectors.progress import Progress, progress_of, seconds_by_samples
from core.pages.live import answer_live, is_htmx
from core.pages.words import counted, lasting, sized
from poses.views.cards import age_of

from .facts import Possible, asked_of, columns_of, told_of
from .images import rows_of, sample_card
from .words import findings_of, state_of

_FILTERS = (
    ("", "All"),
    (BatchRow.State.WAITING.value, "Waiting"),
    (BatchRow.State.DONE.value, "Done"),
    (BatchRow.State.PARTIAL.value, "Partly"),
    (BatchRow.State.FAILED.value, "Failed"),
)
_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of the rows; `query` leads to it."""

    label: str
    count: str
    query: str
    is_current: bool


@never_cache
@require_safe
@login_required
def batch_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page, or to htmx the parts that change; nothing where they are as the page has them."""
    batch = get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
    if is_htmx(request) and (request.headers.get("X-Draft") == "yes") != batch.is_draft:
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Refresh": "true"})
    if batch.is_draft:
        return answer_live(request, page="batches/draft.html", live="batches/draft_live.html", context=_draft(batch))
    return answer_live(request, page="batches/batch.html", live="batches/live.html", context=_started(request, batch))


def _draft(batch: Batch) -> dict[str, Any]:
    rows = sample_rows(batch)
    photos = photos_with_skeletons([image for row in rows for image in row.images])
    samples = [sample_card(batch, row, photos.get(row.images[0].photo_id or UUID(int=0))) for row in rows]
    is_moving = any(sample.is_under_way for sample in samples)
    seconds = None if is_moving else seconds_by_samples(batch, shifts=settings.BATCH_SHIFTS)
    failed = sum(sample.line.image.status == BatchImage.Status.FAILED for sample in samples)
    return {
        "batch": batch,
        "state": state_of(batch, failed=0),
        "columns": columns_of(batch),
        "asked": asked_of(batch),
        "told": told_of(batch),
        "warnings": findings_of(batch.warnings),
        "rows": f"{batch.row_count:,}",
        "images": f"{batch.image_count:,}",
        "all_images": f"all {batch.image_count:,} images" if batch.image_count > 1 else "the one image",
        "samples": samples,
        "is_moving": is_moving,
        "estimate": lasting(seconds) if seconds is not None else "",
        "all_failed": bool(samples) and failed == len(samples),
    }


def _started(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    progress = progress_of(batch, now=timezone.now())
    state = state_of(batch, failed=progress.failed)
    wanted = _wanted(request.GET)
    page = rows_page(
        batch, state=wanted, after=_number(request.GET.get("after")), before=_number(request.GET.get("before"))
    )
    percent = int(100 * progress.share)
    return {
        "batch": batch,
        "progress": progress,
        "state": state,
        "percent": percent,
        "pace": _pace(batch, progress),
        "ended": age_of(batch.finished_at) if batch.finished_at else "",
        "counts": _counts(progress),
        "said": f"{state.words}. {progress.final:,} of {counted(progress.images, 'image')}, {percent} %.",
        # Read aloud anew at each tenth, and when the state is another.
        "said_of": f"{state.words} {percent // 10}",
        "possible": Possible.of(batch, progress),
        "retry_words": _retry_words(batch, progress),
        "saved": _saved(batch, progress),
        "results_size": sized(batch.results_bytes) if batch.results_bytes is not None else "",
        "has_failed_rows": progress.rows_failed + progress.rows_partial > 0,
        "told": told_of(batch),
        "asked": asked_of(batch),
        "filters": _filters(progress, wanted),
        "wanted": wanted,
        "lines": rows_of(batch, page.rows),
        "shown": _shown(page, count_of(progress, wanted), wanted),
        "newer": _query(wanted, before=page.before),
        "older": _query(wanted, after=page.after),
        "is_moving": not batch.is_final,
    }


def _counts(progress: Progress) -> list[tuple[str, str, str]]:
    return [
        ("Queued", f"{progress.queued:,}", ""),
        ("Fetching", f"{progress.fetching:,}", ""),
        ("Done", f"{progress.done:,}", ""),
        ("Failed", f"{progress.failed:,}", "is-bad" if progress.failed else ""),
    ]


def _pace(batch: Batch, progress: Progress) -> str:
    if batch.stage == Batch.Stage.PAUSED:
        return "The images under way are being finished." if progress.fetching else "Nothing is begun until you resume."
    if batch.is_final or not progress.per_second:
        return ""
    left = f", about {lasting(progress.seconds_left)} left" if progress.seconds_left else ""
    return f"{progress.per_second:.1f} images a second{left}"


def _retry_words(batch: Batch, progress: Progress) -> str:
    """Of a cancelled batch most have not failed but had no turn."""
    if batch.stage == Batch.Stage.CANCELLED:
        return f"Go on with {counted(progress.failed, 'image')}"
    return f"Retry {progress.failed:,} failed"


def _saved(batch: Batch, progress: Progress) -> str:
    before, after = progress.bytes_before, progress.bytes_after
    if not batch.compresses or not before or after > before:
        return ""
    return f"{sized(before - after)} of {sized(before)} ({round(100 * (before - after) / before)} %)"


def _wanted(given: QueryDict) -> str:
    """The state that the rows are filtered by; what is none filters nothing."""
    state = given.get("state", "")
    return state if state in BatchRow.State.values else ""


def _filters(progress: Progress, wanted: str) -> list[Filter]:
    return [
        Filter(label, f"{count_of(progress, state):,}", _query(state) or "?", state == wanted)
        for state, label in _FILTERS
    ]


def _query(state: str, **place: int | None) -> str:
    """Empty where there is no such page."""
    if place and None in place.values():
        return ""
    given = {"state": state, **place}
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in given.items() if value})
    return f"?{query.urlencode()}" if query else ""


def _shown(page: RowPage, count: int, wanted: str) -> str:
    """`51 to 100 of 1,200 rows`, or without a place where other rows lie between."""
    if count <= PAGE_SIZE or not page.rows:
        return ""
    if wanted:
        return f"{len(page.rows)} of {counted(count, 'row')}"
    return f"{page.rows[0].row.number:,} to {page.rows[-1].row.number:,} of {counted(count, 'row')}"


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and len(text) < len(str(_LARGEST)) else None
