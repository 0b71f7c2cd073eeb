"""Webhooks: the secret, a ping, and what was sent."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from batches.forms.webhooks import PingForm, RotateForm
from batches.models import Delivery
from batches.selectors.deliveries import log_of, with_last_try
from batches.services import deliveries, webhooks
from batches.services.webhooks import SecretState
from core.errors import DomainError
from core.pages.words import until
from poses.selectors.keyset import Cursor, page_of
from poses.views.cards import age_of
from poses.views.gallery import page_link

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.models import User

_PAGE_SIZE = 25
_Status = Delivery.Status
# The look of each state's badge and its word.
_BADGES = {
    _Status.PENDING: ("", "Queued"),
    _Status.RUNNING: ("", "Being sent"),
    _Status.HELD: ("warn", "Retrying"),
    _Status.COMPLETED: ("ok", "Delivered"),
    _Status.FAILED: ("bad", "Failed"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery with its age and its state in words; `next_try` is when the next one is, empty where there is none."""

    delivery: Delivery
    age: str
    badge: str
    state: str
    next_try: str


@require_safe
@login_required
@never_cache
def webhooks_page(request: HttpRequest) -> HttpResponse:
    """Everything on one page; the log a page at a time."""
    return _page(request)


# The login page must not lead back here, nor to the other two: a browser would come with GET.
@require_POST
@login_required(redirect_field_name=None)
@never_cache
def rotate_secret(request: HttpRequest) -> HttpResponse:
    """Makes a secret and shows it, on this one answer and never again."""
    user, now = _user(request), timezone.now()
    form = RotateForm(request.POST)
    form.is_valid()
    if form.cleaned_data.get("seen", "") != _mark(webhooks.state_of_secret(user.pk, now=now)):
        messages.warning(request, "This secret was rotated meanwhile, and cannot be shown again. Rotate it once more.")
        return redirect("webhooks:webhooks")
    return _page(request, secret=webhooks.rotate_secret(user=user, now=now))


@require_POST
@login_required(redirect_field_name=None)
def ping(request: HttpRequest) -> HttpResponse:
    """Queues a ping and goes where its result is shown."""
    form = PingForm(request.POST, auto_id="ping-%s")
    if form.is_valid():
        try:
            delivery = deliveries.ping(owner=_user(request), url=form.cleaned_data["url"])
        except DomainError as error:
            form.add_error("url", error.message)
            return _page(request, form=form, status=error.status)
        return redirect(delivery)
    return _page(request, form=form, status=HTTPStatus.BAD_REQUEST)


@require_safe
@login_required
@never_cache
def delivery_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One delivery with its tries; to htmx the part that changes, and nothing while it has not."""
    delivery = get_object_or_404(with_last_try(_visible(request)), pk=pk)
    log = log_of(delivery)
    digest = f"{delivery.status}-{delivery.tries}-{len(log)}"
    is_refresh = bool(cast("HtmxDetails", request.htmx))  # type: ignore[attr-defined]  # set by a middleware
    if is_refresh and request.headers.get("X-Seen") == digest:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    context = {
        "row": _row(delivery),
        "delivery": delivery,
        "log": log,
        "digest": digest,
        "body": webhooks.bytes_of(delivery.body).decode(),
    }
    template = "batches/webhooks/_delivery.html" if is_refresh else "batches/webhooks/delivery.html"
    return render(request, template, context)


@require_POST
@login_required(redirect_field_name=None)
def resend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Queues a delivery again and goes where its result is shown."""
    delivery = get_object_or_404(_visible(request), pk=pk)
    try:
        deliveries.resend(delivery=delivery, actor=_user(request))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(delivery)


def _page(
    request: HttpRequest, *, form: PingForm | None = None, secret: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    user = _user(request)
    page = page_of(
        with_last_try(_visible(request)),
        size=_PAGE_SIZE,
        before=Cursor.parse(request.GET.get("before", "")),
        after=Cursor.parse(request.GET.get("after", "")),
    )
    state = webhooks.state_of_secret(user.pk, now=timezone.now())
    context: dict[str, Any] = {
        "state": state,
        "made": age_of(state.rotated_at) if state else "",
        "seen": _mark(state),
        "secret": secret,
        "form": form or PingForm(auto_id="ping-%s"),
        "rows": [_row(delivery) for delivery in page.rows],
        "newer": page_link(request.GET, after=page.newer),
        "older": page_link(request.GET, before=page.older),
    }
    return render(request, "batches/webhooks/page.html", context, status=status)


def _row(delivery: Delivery) -> Row:
    badge, state = _BADGES[_Status(delivery.status)]
    next_try = "" if delivery.due_at is None else until(delivery.due_at)
    return Row(delivery, age_of(delivery.created_at), badge, state, next_try)


def _mark(state: SecretState | None) -> str:
    """What tells one secret from the next, and nothing about it."""
    return "" if state is None else state.rotated_at.isoformat()


def _visible(request: HttpRequest) -> Any:
    return Delivery.objects.visible_to(_user(request))


def _user(request: HttpRequest) -> "User":
    return cast("User", request.user)
