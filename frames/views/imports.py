"""The page of one import: how it goes on, and what came of it."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.pages.live import answer_live
from core.pages.words import counted, lasting
from frames.formats.report import MOST_LISTED
from frames.models import DepthImport
from poses.views.cards import age_of

from .progress import progress_of
from .report import SHOWN, findings_shown, kinds_of
from .words import KINDS, file_size, import_state, range_words, step_words


@never_cache
@require_safe
@login_required
def import_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page, or to htmx the parts that change; nothing where they are as the page has them."""
    imports = DepthImport.objects.visible_to(request.user).select_related("scan")
    item = get_object_or_404(imports, pk=pk)
    chosen = request.GET.get("kind", "")
    context = _context(item, chosen if chosen in item.finding_counts else "")
    return answer_live(request, page="frames/import.html", live="frames/import_live.html", context=context)


def _context(item: DepthImport, chosen: str) -> dict[str, Any]:
    state = import_state(item)
    progress = progress_of(item) if item.is_unfinished else None
    kinds = kinds_of(item, chosen)
    lines = findings_shown(item, chosen) if item.finding_counts else []
    is_failed = item.status == DepthImport.Status.FAILED
    return {
        "item": item,
        "scan": item.scan,
        "state": state,
        "progress": progress,
        "said": progress.said if progress else f"{state.words}. {item.error_message}".strip(),
        "said_of": progress.said_of if progress else state.words,
        "is_failed": is_failed,
        "is_mendable": is_failed and item.is_strict and item.error_code in KINDS,
        "facts": [] if progress else _facts(item),
        "age": age_of(item.finished_at or item.created_at),
        "kinds": kinds,
        "chosen": next((kind for kind in kinds if kind.is_current), None),
        "lines": lines,
        "shown": _shown(item, chosen, len(lines)),
        "is_moving": item.is_unfinished,
        "poll_url": item.get_absolute_url(),
    }


def _facts(item: DepthImport) -> list[tuple[str, str]]:
    """Of an import that has ended."""
    file = ("File", f"{item.original_name}, {file_size(item.size_bytes)}")
    mode = ("Mode", "Strict" if item.is_strict else "Lenient")
    took = [("Took", lasting(item.seconds))] if item.seconds is not None else []
    if item.status != DepthImport.Status.COMPLETED:
        return [file, mode, *took]
    return [
        ("Imported", counted(item.row_count, "row")),
        ("Replaced", f"{counted(item.replaced_count, 'row')} at the same depth" if item.replaced_count else "none"),
        ("Read", "upward, from the deepest" if item.is_upward else "downward"),
        ("The scan now", f"{counted(item.scan.row_count, 'row')}, {range_words(item.scan)}"),
        ("Usual step", step_words(item.scan)),
        file,
        mode,
        *took,
    ]


def _shown(item: DepthImport, chosen: str, count: int) -> str:
    """How many of them the table has, where it has not all."""
    whole = item.finding_counts[chosen] if chosen else item.finding_count
    if count >= whole:
        return ""
    listed = f" The first {MOST_LISTED:,} are in the CSV." if item.finding_count > MOST_LISTED else ""
    return f"The first {min(count, SHOWN):,} of {whole:,}.{listed}"
