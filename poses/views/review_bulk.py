"""One thing done to several poses of the review's queue: asked once, then done, then told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import User
from core.errors import DomainError
from poses.models import Photo, Pose
from poses.selectors import review as reading
from poses.selectors.mirror import comparable_photos
from poses.services import detecting, mirroring, reviewing
from poses.services.reviewing import MOST_AT_ONCE, BulkOutcome

from .review import reviewer
from .review_form import BulkAction, BulkForm, ReviewFilterForm
from .review_rows import title_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMED = 10
_VERBS = {
    BulkAction.APPROVE: "Approve",
    BulkAction.REJECT: "Reject",
    BulkAction.SEND: "Send to review",
    BulkAction.ASSIGN: "Assign",
    BulkAction.REVERT: "Revert to the model",
    BulkAction.DETECT: "Detect again",
    BulkAction.MIRROR: "Check by mirror",
}
_ASKED = {
    BulkAction.APPROVE: "Approve {}?",
    BulkAction.REJECT: "Reject {}?",
    BulkAction.SEND: "Send {} to review?",
    BulkAction.ASSIGN: "Assign {}?",
    BulkAction.REVERT: "Revert {} to the model?",
    BulkAction.DETECT: "Detect again: {}?",
    BulkAction.MIRROR: "Check {} by mirror?",
}
_DONE = {
    BulkAction.APPROVE: "approved",
    BulkAction.REJECT: "rejected",
    BulkAction.SEND: "sent to review",
    BulkAction.ASSIGN: "assigned",
    BulkAction.REVERT: "brought back to the model's",
    BulkAction.DETECT: "queued to be detected again",
    BulkAction.MIRROR: "queued for a mirror check",
}
# What depends on the keypoints that the person has seen.
_JUDGING = (BulkAction.APPROVE, BulkAction.REJECT, BulkAction.REVERT)
_OF_PHOTOS = (BulkAction.DETECT, BulkAction.MIRROR)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The poses that are there and that the user may review, and which revision of each the user has seen, if any."""

    poses: list[Pose]
    seen: dict[UUID, int | None]

    @property
    def values(self) -> list[str]:
        """The same as the page's boxes have them."""
        return [f"{pose.pk}:{self.seen.get(pose.pk) or ''}" for pose in self.poses]


# The login page must not lead back here: a browser would come with GET, which has nothing to show.
@require_POST
@login_required(redirect_field_name=None)
def review_bulk(request: HttpRequest) -> HttpResponse:
    """Asks first, unless the page's own dialog has; comes back to the queue and tells what was done."""
    user = reviewer(request)
    form = BulkForm(request.POST)
    form.is_valid()
    if "action" not in form.cleaned_data:
        messages.error(request, "Choose what to do.")
        return redirect(_back(request))
    action = BulkAction(form.cleaned_data["action"])
    if action in (BulkAction.APPROVE, BulkAction.REJECT) and not user.has_perm("poses.approve_pose"):
        raise PermissionDenied
    chosen = _chosen(request, user, action)
    if not chosen.poses:
        messages.info(request, "Choose at least one pose.")
        return redirect(_back(request))
    if not form.is_valid() or not form.cleaned_data["confirmed"]:
        return _question(request, action, chosen, form)
    try:
        outcome = _do(action, chosen, user, form)
    except DomainError as error:
        return _question(request, action, chosen, form, error=error)
    _tell(request, action, outcome)
    return redirect(_back(request))


def _do(action: BulkAction, chosen: Chosen, user: User, form: BulkForm) -> BulkOutcome:
    poses, stale = _as_seen(chosen) if action in _JUDGING else (chosen.poses, [])
    match action:
        case BulkAction.APPROVE:
            outcome = reviewing.approve_poses(poses=poses, by=user)
        case BulkAction.REJECT:
            outcome = reviewing.reject_poses(poses=poses, by=user, reason=form.cleaned_data["reason"])
        case BulkAction.SEND:
            outcome = reviewing.send_poses_to_review(poses=poses, by=user)
        case BulkAction.ASSIGN:
            outcome = reviewing.assign_poses(
                poses=poses, to=reviewing.person(form.cleaned_data["assigned_to"]), by=user
            )
        case BulkAction.REVERT:
            outcome = reviewing.revert_poses(poses=poses, by=user, client="page")
        case BulkAction.DETECT:
            outcome = _detect(poses, user)
        case BulkAction.MIRROR:
            outcome = _mirror(poses, user)
    return BulkOutcome(outcome.done, [*stale, *outcome.left])


def _as_seen(chosen: Chosen) -> tuple[list[Pose], list[tuple[Pose, str]]]:
    """The poses that are still as the person has seen them, and the others with the reason."""
    fresh, stale = [], []
    for pose in chosen.poses:
        seen = chosen.seen.get(pose.pk)
        if seen is None:
            stale.append((pose, "Nothing says which revision you looked at."))
            continue
        try:
            reviewing.refuse_unseen(pose, seen)
        except DomainError as error:
            stale.append((pose, error.message))
        else:
            fresh.append(pose)
    return fresh, stale


def _detect(poses: Sequence[Pose], user: User) -> BulkOutcome:
    changeable = Photo.objects.filter(pk__in=_photos(poses)).changeable_by(user)
    may = set(changeable.values_list("pk", flat=True))
    refused = {pose.photo_id: (pose, "You may not detect on this photo.") for pose in poses if pose.photo_id not in may}
    queued = detecting.queue_again(photos=changeable, actor=user)
    busy = [(poses[0], "Being worked on right now.")] * (len(may) - queued)
    return BulkOutcome(queued, [*refused.values(), *busy])


def _mirror(poses: Sequence[Pose], user: User) -> BulkOutcome:
    keys = _photos(poses)
    photos = Photo.objects.filter(pk__in=keys).visible_to(user).checkable_by(user)
    comparable = comparable_photos(photos).count()
    queued = mirroring.queue_mirror_checks(photos=photos, actor=user)
    nobody = [(poses[0], "The latest detection found nobody on the photo.")] * (len(keys) - comparable)
    return BulkOutcome(queued, [*nobody, *[(poses[0], "Being checked right now.")] * (comparable - queued)])


def _photos(poses: "Iterable[Pose]") -> set[UUID]:
    return {pose.photo_id for pose in poses}


def _chosen(request: HttpRequest, user: User, action: BulkAction) -> Chosen:
    reviewable = Pose.objects.visible_to(user).reviewable_by(user).select_related("photo", "current")
    if action is BulkAction.MIRROR and "unchecked" in request.POST:
        wanted = ReviewFilterForm(_query(request)).wanted
        poses = reading.unchecked(reading.review_poses(user=user, wanted=wanted))
        return Chosen(list(poses.select_related("photo", "current")[:MOST_AT_ONCE]), {})
    seen = _seen(request.POST.getlist("pose")[: MOST_AT_ONCE + 1])
    by_key = {pose.pk: pose for pose in reviewable.filter(pk__in=seen)}
    return Chosen([by_key[key] for key in seen if key in by_key], seen)


def _seen(values: Sequence[str]) -> dict[UUID, int | None]:
    """The boxes' values, an id and a revision; what is none was not written by the site's own pages."""
    seen: dict[UUID, int | None] = {}
    for value in values:
        key, _, revision = value.partition(":")
        try:
            seen[UUID(key)] = int(revision) if revision else None
        except ValueError:
            continue
    return seen


def _question(
    request: HttpRequest, action: BulkAction, chosen: Chosen, form: BulkForm, *, error: DomainError | None = None
) -> HttpResponse:
    asked = form.data.get("confirmed")
    errors = [error.message] if error else [text for texts in form.errors.values() for text in texts]
    context = {
        "action": action,
        "verb": _VERBS[action],
        "question": _ASKED[action].format(_counted(len(chosen.poses), "pose")),
        "chosen": chosen,
        "names": [title_of(pose) for pose in chosen.poses[:_NAMED]],
        "more": max(0, len(chosen.poses) - _NAMED),
        "form": form,
        "errors": errors if asked else [],
        "reviewers": reading.reviewers() if action is BulkAction.ASSIGN else [],
        "back": _back(request),
        "query": _query(request).urlencode(),
    }
    status = HTTPStatus.OK if not context["errors"] else error.status if error else HTTPStatus.BAD_REQUEST
    return render(request, "poses/review/confirm.html", context, status=status)


def _tell(request: HttpRequest, action: BulkAction, outcome: BulkOutcome) -> None:
    if outcome.done:
        number = _counted(outcome.done, "photo") if action in _OF_PHOTOS else str(outcome.done)
        messages.success(request, f"{number} {_DONE[action]}.")
    for reason, count in Counter(reason for _, reason in outcome.left).items():
        messages.warning(request, f"{count} left alone: {reason}")


def _counted(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _query(request: HttpRequest) -> QueryDict:
    """The query of the queue's page that was left."""
    return QueryDict(request.POST.get("query", ""))


def _back(request: HttpRequest) -> str:
    """The queue as it was left: no other address, whatever was sent."""
    query = _query(request).urlencode()
    return f"{reverse('poses:review')}?{query}" if query else reverse("poses:review")
