"""The page of one backup: what is known of it, what was found when it was looked at, and how to restore it."""

import shlex
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from backups.models import Backup, Check, Notice
from backups.selectors.pages import checks_of, notices_of, unfinished_backup
from backups.services import folder
from core.pages.live import answer_live
from poses.views.cards import age_of

from .access import operators_only
from .progress import Progress, progress_of
from .words import (
    Said,
    asker_words,
    check_words,
    drilled_words,
    notice_words,
    state_words,
    verified_words,
)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check with the words to show."""

    check: Check
    state: Said
    age: str
    asker: str
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """An e-mail with the words to show."""

    notice: Notice
    state: Said
    recipients: str
    age: str


@operators_only()
@require_safe
def backup_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page, or to htmx the parts that change; nothing where they are as the page has them."""
    return answer_backup(request, visible_backup(request, pk))


def visible_backup(request: HttpRequest, pk: UUID) -> Backup:
    """Raises Http404."""
    return get_object_or_404(Backup.objects.visible_to(request.user).select_related("asked_by"), pk=pk)


def answer_backup(request: HttpRequest, backup: Backup, *, status: int = HTTPStatus.OK) -> HttpResponse:
    """The page with another status, for what was refused."""
    return answer_live(
        request, page="backups/backup.html", live="backups/backup_live.html", context=_context(backup), status=status
    )


def _context(backup: Backup) -> dict[str, Any]:
    checks = [_check_line(check) for check in checks_of(backup)]
    notices = [_notice_line(notice) for notice in notices_of(backup)]
    under_way = {line.check.kind for line in checks if line.check.is_unfinished}
    is_sending = any(line.notice.is_unfinished for line in notices)
    progress = progress_of(backup) if backup.is_unfinished else None
    said, said_of = _said(backup, progress, checks)
    return {
        "said": said,
        "said_of": said_of,
        "backup": backup,
        "title": str(backup),
        "state": state_words(backup),
        "asker": asker_words(backup),
        "age": age_of(backup.started_at or backup.created_at),
        "removed": age_of(backup.removed_at) if backup.removed_at else "",
        "progress": progress,
        "may_run": not backup.is_unfinished and unfinished_backup() is None,
        "verified": verified_words(backup, is_under_way=Check.Kind.VERIFICATION in under_way),
        "drilled": drilled_words(backup, is_under_way=Check.Kind.DRILL in under_way),
        "is_verifying": Check.Kind.VERIFICATION in under_way,
        "is_drilling": Check.Kind.DRILL in under_way,
        "more_problems": backup.problem_count - len(backup.problems),
        "checks": checks,
        "notices": notices,
        "path": shlex.quote(str(folder.path_of(backup))) if backup.is_there else "",
        "is_moving": backup.is_unfinished or bool(under_way) or is_sending,
        "poll_url": backup.get_absolute_url(),
    }


def _said(backup: Backup, progress: Progress | None, checks: list[CheckLine]) -> tuple[str, str]:
    """For those who listen, and what changes where it is to be said anew."""
    if progress is not None:
        return progress.said, progress.said_of
    if not checks:
        words = f"{backup}: {state_words(backup).words}."
        return words, words
    latest = checks[0]
    if latest.progress is not None:
        return latest.progress.said, latest.progress.said_of
    return f"{latest.check}: {latest.state.words}.", f"{latest.check.pk} {latest.state.words}"


def _check_line(check: Check) -> CheckLine:
    return CheckLine(
        check=check,
        state=check_words(check),
        age=age_of(check.finished_at or check.created_at),
        asker=asker_words(check),
        progress=progress_of(check) if check.is_unfinished else None,
    )


def _notice_line(notice: Notice) -> NoticeLine:
    return NoticeLine(
        notice=notice,
        state=notice_words(notice),
        recipients=", ".join(notice.recipients),
        age=age_of(notice.created_at),
    )
