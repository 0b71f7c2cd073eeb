"""The way in for a CSV: as a new scan, or into one that is there."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from core.pages.live import is_htmx
from frames.forms.upload import Mode, NewScanForm, UploadForm
from frames.models import DepthImport, DepthScan
from frames.services.checking import HEAD_BYTES
from frames.services.creating import ImportUnderWay, create_scan, import_into

from .words import KINDS, file_size, findings_of, range_words

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from accounts.models import User

_TakeIn = Callable[[dict[str, Any]], DepthImport]
_METHODS = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(_METHODS)
@login_required
def new_scan(request: HttpRequest) -> HttpResponse:
    """The form of a new scan; a POST takes its file in and leads to the import's page."""
    if request.method != "POST":
        return _page(request, "frames/new.html", NewScanForm(), {})
    form = NewScanForm(request.POST, request.FILES)

    def take_in(upload: dict[str, Any]) -> DepthImport:
        given = form.cleaned_data
        return create_scan(owner=_user(request), name=given["name"], unit=given["unit"], **upload)

    return _answer(request, "frames/new.html", form, take_in, {})


@never_cache
@require_http_methods(_METHODS)
@login_required
def import_more(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same for a scan that is there, unless a file is being imported into it."""
    scan = get_object_or_404(DepthScan.objects.visible_to(request.user), pk=pk)
    context = {"scan": scan, "range": range_words(scan), "under_way": scan.imports.unfinished().first()}
    if request.method != "POST":
        mode = Mode.LENIENT if request.GET.get("mode") == Mode.LENIENT else Mode.STRICT
        return _page(request, "frames/import_more.html", UploadForm(initial={"mode": mode.value}), context)

    def take_in(upload: dict[str, Any]) -> DepthImport:
        return import_into(scan=scan, actor=_user(request), **upload)

    return _answer(request, "frames/import_more.html", UploadForm(request.POST, request.FILES), take_in, context)


def _answer(
    request: HttpRequest, page: str, form: UploadForm, take_in: _TakeIn, context: dict[str, Any]
) -> HttpResponse:
    """To the import's page, or the form with every finding; to htmx the form alone, or where to go."""
    if not form.is_valid():
        return _page(request, page, form, context)
    upload = _upload(form)
    try:
        item = take_in(upload)
    except ImportUnderWay as error:
        form.add_refusal(error)
        return _page(request, page, form, context, status=error.status)
    except DomainError as error:
        form.add_refusal(error)
        return _page(request, page, form, context | _findings(error, upload))
    if not is_htmx(request):
        return redirect(item)
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": item.get_absolute_url()})


def _page(
    request: HttpRequest, page: str, form: UploadForm, context: dict[str, Any], *, status: int = HTTPStatus.OK
) -> HttpResponse:
    shown = {
        "form": form,
        "action": request.path,
        "max_bytes": settings.DEPTH_MAX_BYTES,
        "max_size": file_size(settings.DEPTH_MAX_BYTES),
        "max_rows": settings.DEPTH_MAX_ROWS,
    }
    if is_htmx(request):  # which leaves answers of other statuses out
        return render(request, "frames/form.html", context | shown)
    return render(request, page, context | shown, status=status)


def _findings(error: DomainError, upload: dict[str, Any]) -> dict[str, Any]:
    """Those that the refusal lists, and how many there are in what was checked of the file."""
    return {
        "findings": findings_of(error.details.get("findings", [])),
        "finding_count": sum(error.details.get("finding_counts", {}).values()),
        "is_beginning": upload["size_bytes"] > HEAD_BYTES,
        "is_mendable": upload["is_strict"] and error.code in KINDS,  # too many faults are so leniently too
    }


def _upload(form: UploadForm) -> dict[str, Any]:
    file = cast("UploadedFile[bytes]", form.cleaned_data["file"])
    return {
        "stream": cast("BinaryIO", file),
        "size_bytes": file.size or 0,
        "file_name": file.name or "",
        "is_strict": form.is_strict,
    }


def _user(request: HttpRequest) -> "User":
    return cast("User", request.user)
