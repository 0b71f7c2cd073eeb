"""How work in the background goes on: parts of pages that keep themselves true, and another try for what failed."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from poses.models import Photo
from poses.selectors.progress import Changes, as_they_stand, changes_since
from poses.services.detecting import queue_again

from .cards import cards_of, people_found
from .upload_rows import upload_rows_of

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.models import User

# As many as an address has room for; the page asks for the rest when these are done.
ASKED_AT_MOST = 50
RETRIED_AT_MOST = 500
# A photo that has waited for this long is asked for more rarely.
_IMPATIENT_S = 60
_OFTEN_S, _RARELY_S = 1, 5


@never_cache
@require_safe
@login_required
def progress(request: HttpRequest) -> HttpResponse:
    """What has changed of photos that the page takes for `pending` or `running`, to be put in their places."""
    known = {
        pk: status.value
        for status in (Photo.Status.PENDING, Photo.Status.RUNNING)
        for pk in _ids(request.GET.getlist(status.value))
    }
    asked = dict(list(known.items())[:ASKED_AT_MOST])
    return _changes(request, changes_since(asked, viewer=request.user))


# The login page must not lead back here: a browser would come with GET, which has nothing to show.
@require_POST
@login_required(redirect_field_name=None)
def retry(request: HttpRequest) -> HttpResponse:
    """Queues failed photos again and answers how they stand; a browser without scripts goes back to the gallery."""
    user = cast("User", request.user)
    ids = _ids(request.POST.getlist("photo"))[:RETRIED_AT_MOST]
    photos = Photo.objects.visible_to(user).changeable_by(user)
    queued = queue_again(photos=photos.filter(pk__in=ids, status=Photo.Status.FAILED), actor=user)
    if _is_htmx(request):
        return _changes(request, as_they_stand(ids, viewer=user))
    if queued:
        messages.success(request, "1 photo is tried again." if queued == 1 else f"{queued} photos are tried again.")
    else:
        messages.info(request, "There is nothing to try again.")
    return redirect("poses:gallery")


@never_cache
@require_safe
@login_required
def photo_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How a photo stands, for its own page: nothing where that is as `seen` says.

    A page without people is loaded anew when the detection has ended; one that shows people only offers it.
    """
    photo = Photo.objects.visible_to(request.user).filter(pk=pk).first()
    if photo is None and not _is_htmx(request):
        raise Http404
    context = photo_progress_context(photo, has_people="people" in request.GET)
    if photo is not None and context["seen"] == request.GET.get("seen"):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    response = render(request, "poses/partials/photo_progress.html", context)
    if photo is not None and not photo.is_unfinished and "people" not in request.GET:
        response.headers["HX-Refresh"] = "true"
    return response


def photo_progress_context(photo: Photo | None, *, has_people: bool) -> dict[str, object]:
    """What the part of the photo's page needs that says how the photo stands; without a photo, that it is gone."""
    if photo is None:
        return {"photo": None, "seen": "gone"}
    waited = timezone.now() - photo.queued_at
    every = _OFTEN_S if waited.total_seconds() < _IMPATIENT_S else _RARELY_S
    return {
        "photo": photo,
        "has_people": has_people,
        "every": every,
        "found": people_found(photo) or "nobody found",
        "seen": f"{photo.status}-{every}" if photo.is_unfinished else photo.status,
    }


def _changes(request: HttpRequest, changes: Changes) -> HttpResponse:
    context = {
        "rows": upload_rows_of(changes.photos),
        "cards": cards_of(changes.photos, viewer=cast("User", request.user)),
        "gone": changes.gone,
    }
    return render(request, "poses/progress.html", context)


def _ids(given: Iterable[str]) -> list[UUID]:
    """The ids among it, in order; what is none was not written by the site's own pages."""
    found: dict[UUID, None] = {}
    for text in given:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)


def _is_htmx(request: HttpRequest) -> bool:
    return bool(cast("HtmxDetails", request.htmx))  # type: ignore[attr-defined]  # set by django_htmx's middleware
