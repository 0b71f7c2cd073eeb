"""What an import has found in its file: in kinds, row by row, and all of it as a CSV."""

import csv
import io
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.api.files import as_file
from frames.formats.findings import Code
from frames.models import DepthImport
from poses.formats import cells

from .words import KINDS, Finding, finding_words

SHOWN = 200
_KEPT, _LEFT_OUT, _NOTHING = "kept", "left out", "not imported"
_HEADER = ("row", "column", "kind", "what", "result")


@dataclass(frozen=True, slots=True)
class KindLine:
    """How many findings of a kind there are, and what became of those rows."""

    code: str
    words: str
    count: int
    result: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding, and what became of its row."""

    finding: Finding
    result: str


def kinds_of(item: DepthImport, chosen: str) -> list[KindLine]:
    """By number, rows that are left out before those that are kept."""
    counts: dict[str, int] = item.finding_counts
    codes = [code for code in KINDS if code in counts]  # in this order where numbers are the same, in any database
    lines = [KindLine(code, KINDS[code], counts[code], _result(item, code), code == chosen) for code in codes]
    return sorted(lines, key=lambda line: (line.result == _KEPT, -line.count))


def findings_shown(item: DepthImport, chosen: str) -> list[FindingLine]:
    """The first in order of row, of one kind where it is chosen."""
    found = item.findings.filter(code=chosen) if chosen else item.findings.all()
    return [
        FindingLine(finding_words(one.row, one.column, one.message), _result(item, one.code)) for one in found[:SHOWN]
    ]


@never_cache
@require_safe
@login_required
def findings_csv(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """All that are listed, ten thousand at most."""
    item = get_object_or_404(DepthImport.objects.visible_to(request.user), pk=pk)
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(_HEADER)
    for one in item.findings.iterator():
        found = finding_words(one.row, one.column, one.message)
        writer.writerow((one.row, cells.text(one.column), one.code, cells.text(found.message), _result(item, one.code)))
    content = target.getvalue().encode("utf-8-sig")
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    return as_file(response, "findings.csv", is_attachment=True)


def _result(item: DepthImport, code: str) -> str:
    if item.status != DepthImport.Status.COMPLETED:
        return _NOTHING
    return _KEPT if Code(code).is_kept else _LEFT_OUT
