"""The review's queue."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from poses.models import Photo, Pose
from poses.selectors import review as reading
from poses.selectors.keyset import page_of
from poses.selectors.review import Bounded, ReviewFilter, ReviewOrder

from .gallery import page_link
from .review_form import ReviewFilterForm
from .review_rows import rows_of

if TYPE_CHECKING:
    from accounts.models import User
    from poses.models.querysets import PoseQuerySet

_PAGE_SIZE = 24


@dataclass(frozen=True, slots=True)
class Tab:
    """A state, how many poses are in it, and the address's query that shows them."""

    status: Pose.Review
    count: Bounded
    query: str
    is_current: bool


@require_safe
@login_required
@cache_control(private=True, no_cache=True)
def review_queue(request: HttpRequest) -> HttpResponse:
    """Poses of one state, those that need a look most first."""
    user = reviewer(request)
    form = ReviewFilterForm(request.GET)
    wanted = form.wanted
    poses = reading.review_poses(user=user, wanted=wanted)
    order = reading.ORDERS[wanted.order]
    page = page_of(
        reading.with_rows(reading.listed(poses, wanted.order)),
        size=_PAGE_SIZE,
        before=order.parse(request.GET.get("before", "")),
        after=order.parse(request.GET.get("after", "")),
        order=order,
    )
    context = {
        "form": form,
        "wanted": wanted,
        "tabs": _tabs(user, wanted, request.GET),
        "rows": rows_of(page.rows),
        "newer": page_link(request.GET, after=page.newer),
        "older": page_link(request.GET, before=page.older),
        **_left_out(poses, wanted),
        "most_at_once": reading.MOST_COUNTED,
        "query": request.GET.urlencode(),
        "can_detect": _can_detect(user, page.rows),
        "reviewers": reading.reviewers() if page.rows else [],
    }
    return render(request, "poses/review/queue.html", context)


def reviewer(request: HttpRequest) -> "User":
    """The user. Raises PermissionDenied for who has no part in the review."""
    user = cast("User", request.user)
    if not reading.may_review(user):
        raise PermissionDenied
    return user


def _tabs(user: "User", wanted: ReviewFilter, given: QueryDict) -> list[Tab]:
    counts = reading.counts_by_status(user)
    return [Tab(status, counts[status], _of_status(given, status), status is wanted.status) for status in Pose.Review]


def _of_status(given: QueryDict, status: Pose.Review) -> str:
    """The same order and filters for another state, from its first page on."""
    query = QueryDict(mutable=True)
    for key, values in given.lists():
        if key not in ("before", "after") and any(values):
            query.setlist(key, values)
    query["status"] = status.value
    return f"?{query.urlencode()}"


def _left_out(poses: "PoseQuerySet", wanted: ReviewFilter) -> dict[str, Bounded]:
    """How many the order by mirror disagreement leaves out: those to check, and those that were checked in vain."""
    if wanted.order is not ReviewOrder.MIRROR:
        return {}
    unchecked = reading.bounded_count(reading.unchecked(poses))
    # While many are to be checked, finding the others among them would mean to read them all.
    if unchecked.number > reading.MOST_COUNTED:
        return {"unchecked": unchecked}
    return {"unchecked": unchecked, "without_result": reading.bounded_count(reading.without_result(poses))}


def _can_detect(user: "User", poses: list[Pose]) -> bool:
    photos: Any = Photo.objects.filter(pk__in={pose.photo_id for pose in poses})
    return bool(poses) and photos.changeable_by(user).exists()
