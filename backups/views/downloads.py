"""Taking a backup away, and the log of who has."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from backups import answers
from backups.models import Backup, Download
from backups.selectors.pages import downloads_page as read_page
from backups.services import folder, links
from backups.services.downloading import NotHere, part_of
from backups.services.links import LinkEnded
from backups.templatetags.backup_words import as_bytes
from core.errors import DomainError
from core.pages.words import until
from poses.selectors.keyset import Cursor
from poses.views.cards import age_of
from poses.views.gallery import page_link

from .access import operators_only

_NOT_HERE = "This file is not here"


@dataclass(frozen=True, slots=True)
class Line:
    """A download with the words to show."""

    download: Download
    age: str
    amount: str


@operators_only()
@require_safe
def downloads_page(request: HttpRequest) -> HttpResponse:
    """The log, a page at a time."""
    given = request.GET
    page = read_page(before=Cursor.parse(given.get("before", "")), after=Cursor.parse(given.get("after", "")))
    context = {
        "lines": [_line(download) for download in page.rows],
        "newer": page_link(given, after=page.newer),
        "older": page_link(given, before=page.older),
    }
    return render(request, "backups/downloads.html", context)


@operators_only()
@require_safe
def download(request: HttpRequest, name: str) -> HttpResponseBase:
    """The file of the backup that has this name in the database."""
    if not folder.is_name(name):  # PostgreSQL takes no NUL
        raise Http404
    backups = Backup.objects.visible_to(request.user).there()
    return _answer(request, get_object_or_404(backups, name=name), Download.Way.PAGE)


@operators_only()
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Where a link of an e-mail leads: a page about the backup, and its file by `?download`."""
    try:
        pk = links.backup_of(token)
    except LinkEnded as error:
        return _refused(request, error, "This link has ended")
    backups = Backup.objects.visible_to(request.user).there()
    backup = get_object_or_404(backups, pk=pk)
    if "download" in request.GET:
        return _answer(request, backup, Download.Way.LINK)
    try:
        part_of(backup)
    except NotHere as error:
        return _refused(request, error, _NOT_HERE)
    return render(request, "backups/link.html", _link_context(backup, links.ends_at(token)))


def _link_context(backup: Backup, ends_at: datetime) -> dict[str, Any]:
    made_at = backup.started_at or backup.created_at
    return {
        "backup": backup,
        "made_at": made_at,
        "age": age_of(made_at),
        "ends_at": ends_at,
        "ends": until(ends_at),
    }


def _answer(request: HttpRequest, backup: Backup, way: str) -> HttpResponseBase:
    try:
        return answers.file_answer(request, backup, way=way)
    except NotHere as error:
        return _refused(request, error, _NOT_HERE)


def _refused(request: HttpRequest, error: DomainError, title: str) -> HttpResponse:
    return render(request, "backups/refused.html", {"title": title, "error": error}, status=error.status)


def _line(download: Download) -> Line:
    if download.is_whole:
        amount = "Whole file"
    else:
        count = download.last_byte - download.first_byte + 1
        amount = f"{as_bytes(count)} from byte {download.first_byte:,} on"
    return Line(download, age_of(download.at), amount)
