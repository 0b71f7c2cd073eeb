"""The list of backups, with what counts about them and how the one under way goes on."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from backups.models import Backup, Check
from backups.selectors.pages import backups_page, kinds_under_way, unfinished_backup
from backups.selectors.standing import standing
from core.pages.live import answer_live
from poses.selectors.keyset import Cursor
from poses.views.cards import age_of
from poses.views.gallery import page_link

from .access import operators_only
from .overview import facts_of, warning_of
from .progress import progress_of
from .words import Said, asker_words, clock_words, drilled_words, schedule_words, state_words, verified_words


@dataclass(frozen=True, slots=True)
class Line:
    """A backup with the words to show."""

    backup: Backup
    state: Said
    age: str
    asker: str
    verified: Said
    drilled: Said


@operators_only()
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """The page, or to htmx the parts that change; nothing where they are as the page has them."""
    return answer_list(request)


def answer_list(request: HttpRequest, *, status: int = HTTPStatus.OK) -> HttpResponse:
    """The same with another status, for what was refused."""
    return answer_live(
        request, page="backups/list.html", live="backups/list_live.html", context=_context(request), status=status
    )


def _context(request: HttpRequest) -> dict[str, Any]:
    given, now = request.GET, timezone.now()
    page = backups_page(before=Cursor.parse(given.get("before", "")), after=Cursor.parse(given.get("after", "")))
    under_way = kinds_under_way(page.rows)
    unfinished = unfinished_backup()
    found = standing()
    query = given.urlencode()
    return {
        "facts": facts_of(found, now=now),
        "warning": warning_of(found, now=now),
        "progress": progress_of(unfinished) if unfinished else None,
        "lines": [_line(backup, under_way) for backup in page.rows],
        "newer": page_link(given, after=page.newer),
        "older": page_link(given, before=page.older),
        "tonight": clock_words("backup"),
        "nightly": schedule_words("backup"),
        "is_moving": unfinished is not None or bool(under_way),
        "poll_url": f"{reverse('backups:list')}{'?' if query else ''}{query}",
    }


def _line(backup: Backup, under_way: set[Any]) -> Line:
    return Line(
        backup=backup,
        state=state_words(backup),
        age=age_of(backup.started_at or backup.created_at),
        asker=asker_words(backup),
        verified=verified_words(backup, is_under_way=(backup.pk, Check.Kind.VERIFICATION) in under_way),
        drilled=drilled_words(backup, is_under_way=(backup.pk, Check.Kind.DRILL) in under_way),
    )
