"""The gallery: photos as a grid, filtered and paged, and the way in for new ones."""

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from poses.engine.decode import MAX_BYTES
from poses.models import Photo
from poses.selectors.gallery import gallery_photos, recent_model_names, with_skeletons
from poses.selectors.keyset import Cursor, page_of
from poses.selectors.progress import unfinished_of
from poses.services.engine import available_models

from .cards import card_of, cards_of
from .gallery_form import GalleryFilterForm, UploadForm
from .upload_rows import upload_rows_of

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.models import User

_NO_PHOTO = UUID(int=0)
_UNFINISHED_SHOWN = 100


@require_safe
@login_required
@cache_control(private=True, no_cache=True)
@vary_on_headers("HX-Request")
def gallery(request: HttpRequest) -> HttpResponse:
    """The page, or to htmx the part below the filters."""
    user = cast("User", request.user)
    installed = available_models().keys()
    form = GalleryFilterForm(
        request.GET,
        model_names=installed | recent_model_names(user),
        may_see_everyones=user.has_perm("poses.view_photo"),
    )
    context = _results(request, user, form)
    if cast("HtmxDetails", request.htmx):  # type: ignore[attr-defined]  # set by django_htmx's middleware
        return render(request, "poses/gallery_results.html", context)
    unfinished = unfinished_of(user, at_most=_UNFINISHED_SHOWN)
    page = {
        "upload_rows": upload_rows_of(unfinished.photos),
        "more_unfinished": unfinished.more,
        "upload": UploadForm(model_names=installed),
        "max_bytes": MAX_BYTES,
        "no_photo": _NO_PHOTO,
        "has_more_filters": any(form[name].data for name in ("since", "until", "model", "size")),
    }
    return render(request, "poses/gallery.html", {**context, **page})


@require_safe
@login_required
def card(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One card, for a photo that was added since the page was made."""
    user = cast("User", request.user)
    photo = get_object_or_404(with_skeletons(Photo.objects.visible_to(user)), pk=pk)
    return render(request, "poses/partials/card.html", {"card": card_of(photo, viewer=user)})


def _results(request: HttpRequest, user: "User", form: GalleryFilterForm) -> dict[str, Any]:
    wanted = form.wanted
    page = page_of(
        with_skeletons(gallery_photos(user=user, wanted=wanted)),
        size=form.page_size,
        before=Cursor.parse(request.GET.get("before", "")),
        after=Cursor.parse(request.GET.get("after", "")),
    )
    return {
        "form": form,
        "wanted": wanted,
        "cards": cards_of(page.rows, viewer=user),
        "is_empty": not page.rows and not wanted.is_narrow and not wanted.is_everyones,
        "takes_new": page.newer is None and not wanted.is_narrow,
        "newer": page_link(request.GET, after=page.newer),
        "older": page_link(request.GET, before=page.older),
    }


def page_link(given: QueryDict, **cursor: Cursor | None) -> str:
    """The query string of a page beside this one, with the same filters; empty where there is no such page."""
    [(name, place)] = cursor.items()
    if place is None:
        return ""
    query = QueryDict(mutable=True)
    for key, values in given.lists():
        if key not in ("before", "after") and any(values):
            query.setlist(key, values)
    query[name] = str(place)
    return f"?{query.urlencode()}"
