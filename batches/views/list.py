"""The list of batches, and the way in for a new one: a CSV is checked first, and starts nothing."""

import csv
import io
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from batches.formats.columns import PRODUCT, SERIAL, URLS
from batches.forms.check import CheckForm
from batches.models import Batch
from batches.services.creating import MAX_BYTES, Created, create_batch
from core.errors import DomainError
from core.pages.live import digest_of, is_htmx
from poses.selectors.keyset import Cursor, page_of
from poses.services.engine import available_models
from poses.views.gallery import page_link

from .listing import lines_of
from .words import findings_of

if TYPE_CHECKING:
    from accounts.models import User

_PAGE_SIZE = 20
_EXAMPLE = (
    (SERIAL, PRODUCT, URLS),
    ("1", "Yoga mat", "https://example.org/mat-front.jpg,https://example.org/mat-side.jpg"),
    ("2", "Running shoe", "https://example.org/shoe.jpg"),
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def list_page(request: HttpRequest) -> HttpResponse:
    """The user's batches, newest first; a POST checks a CSV and leads to the page of the draft that it made."""
    if request.method == "POST":
        return _check(request)
    if is_htmx(request):
        return _refreshed(request)
    form = CheckForm(user=cast("User", request.user), model_names=available_models().keys())
    return _page(request, form, is_open="new" in request.GET)


@require_safe
@login_required
def example_csv(request: HttpRequest) -> HttpResponse:
    """A CSV with the right columns, to be filled in."""
    target = io.StringIO(newline="")
    csv.writer(target).writerows(_EXAMPLE)
    headers = {"Content-Disposition": 'attachment; filename="batch-example.csv"'}
    return HttpResponse(target.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=headers)


def _check(request: HttpRequest) -> HttpResponse:
    """A draft, or the form with every problem of the CSV; to htmx the form alone, or where to go."""
    user = cast("User", request.user)
    form = CheckForm(request.POST, request.FILES, user=user, model_names=available_models().keys())
    problems: dict[str, Any] = {}
    if form.is_valid():
        try:
            batch = _created(request, form).batch
        except DomainError as error:
            problems = error.details
            if not problems:
                form.add_refusal(error)
        else:
            if not is_htmx(request):
                return redirect(batch)
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": batch.get_absolute_url()})
    if is_htmx(request):
        return render(request, "batches/form.html", _form_context(form, problems, is_open=True))
    return _page(request, form, is_open=True, problems=problems)


def _created(request: HttpRequest, form: CheckForm) -> Created:
    file = form.cleaned_data["file"]
    return create_batch(
        owner=cast("User", request.user),
        stream=cast("BinaryIO", file),
        name=file.name or "",
        options=form.options(base_url=f"{request.scheme}://{request.get_host()}"),
        is_started=False,
    )


def _page(
    request: HttpRequest, form: CheckForm, *, is_open: bool, problems: dict[str, Any] | None = None
) -> HttpResponse:
    context = _list_context(request)
    is_empty = not context["lines"]
    context |= _form_context(form, problems or {}, is_open=is_open or is_empty) | {"is_empty": is_empty}
    return render(request, "batches/list.html", context)


def _refreshed(request: HttpRequest) -> HttpResponse:
    context = _list_context(request)
    if request.headers.get("X-Seen") == context["digest"]:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)  # what somebody reads is left in its place
    return render(request, "batches/list_refreshed.html", context)


def _list_context(request: HttpRequest) -> dict[str, Any]:
    given = request.GET
    page = page_of(
        Batch.objects.visible_to(request.user),
        size=_PAGE_SIZE,
        before=Cursor.parse(given.get("before", "")),
        after=Cursor.parse(given.get("after", "")),
    )
    lines = lines_of(page.rows)
    shown = {
        "lines": lines,
        "newer": page_link(given, after=page.newer),
        "older": page_link(given, before=page.older),
    }
    listed = render_to_string("batches/list_table.html", shown, request)
    is_moving = any(line.has_bar for line in lines)
    return {"lines": lines, "listed": listed, "digest": digest_of(listed), "is_moving": is_moving}


def _form_context(form: CheckForm, problems: dict[str, Any], *, is_open: bool) -> dict[str, Any]:
    return {
        "form": form,
        "problems": findings_of(problems.get("problems", [])),
        "more_problems": problems.get("more_problems", 0),
        "is_open": is_open,
        "max_bytes": MAX_BYTES,
    }
