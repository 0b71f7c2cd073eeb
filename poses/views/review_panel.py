"""The review of one pose beside its photo: how it stands, and what the viewer may do about it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from core.errors import DomainError
from poses.models import Photo, Pose
from poses.services import reviewing
from poses.services.review_steps import Action, in_words, is_allowed, is_possible

from .cards import age_of
from .review_rows import BADGES

if TYPE_CHECKING:
    from accounts.models import User

_BUTTONS = {
    Action.SEND: "Send to review",
    Action.START: "Start review",
    Action.APPROVE: "Approve",
    Action.UNLOCK: "Unlock",
}


@dataclass(frozen=True, slots=True)
class PersonReview:
    """A pose, its badge's look, and what the viewer may do: plain steps as (action, button's words)."""

    pose: Pose
    badge: str
    reviewed_age: str
    steps: list[tuple[str, str]]
    can_reject: bool
    can_comment: bool
    can_review: bool
    is_mine: bool


class ReviewForm(forms.Form):
    """What to do to one pose; `assigned_to` is `me` or nobody.

    `revision` and `expected_comment` are those that the person looked at: nobody judges keypoints, or writes over a
    comment, unseen.
    """

    action = forms.ChoiceField(choices=[(action.value, action.value) for action in Action])
    reason = forms.CharField(required=False)
    comment = forms.CharField(required=False)
    expected_comment = forms.CharField(required=False)
    assigned_to = forms.ChoiceField(required=False, choices=[("me", "me")])
    revision = forms.IntegerField(required=False)

    def clean(self) -> dict[str, Any]:
        """Who judges says what was looked at."""
        given = self.cleaned_data
        if given.get("action") in (Action.APPROVE, Action.REJECT) and given.get("revision") is None:
            self.add_error("revision", "Nothing says which revision you looked at.")
        return given


def person_reviews(photo: Photo, *, viewer: "User") -> list[PersonReview]:
    """The review of each person on a photo read `with_poses`, in three reads at most whatever their number."""
    poses = list(photo.poses.all())
    if not poses:
        return []
    prefetch_related_objects(poses, "assigned_to", "reviewed_by")
    can_review = Pose.objects.reviewable_by(viewer).filter(pk=poses[0].pk).exists()
    return [_person(pose, viewer, can_review=can_review) for pose in poses]


# The login page must not lead back here: a browser would come with GET, which has nothing to show.
@require_POST
@login_required(redirect_field_name=None)
def pose_review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Does what the form's button names and comes back to the photo; what is refused stays in the form."""
    user = cast("User", request.user)
    reviewable = Pose.objects.visible_to(user).reviewable_by(user)
    pose = get_object_or_404(reviewable.with_current().select_related("assigned_to", "reviewed_by"), pk=pk)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        error = DomainError("invalid", "; ".join(f"{name}: {texts[0]}" for name, texts in form.errors.items()))
        return _refused(request, pose, form, error)
    given, before = form.cleaned_data, pose.review_status
    try:
        reviewing.review(
            pose=pose,
            action=Action(given["action"]),
            by=user,
            reason=given["reason"],
            text=given["comment"],
            to=user if given["assigned_to"] else None,
            seen=given["revision"],
            expected=given["expected_comment"],
        )
    except DomainError as error:
        return _refused(request, pose, form, error)
    messages.success(request, _told(pose, before))
    return redirect(f"{pose.photo.get_absolute_url()}#review")


def _refused(request: HttpRequest, pose: Pose, form: ReviewForm, error: DomainError) -> HttpResponse:
    review = _person(pose, cast("User", request.user), can_review=True)
    typed = {"reason": form.data.get("reason", ""), "comment": form.data.get("comment", pose.review_comment)}
    context = {"photo": pose.photo, "review": review, "error": error, "typed": typed}
    return render(request, "poses/review/refused.html", context, status=error.status)


def _told(pose: Pose, before: str) -> str:
    if pose.review_status != before:
        return f"{pose}: {in_words(before)} → {in_words(pose.review_status)}."
    return f"{pose}: saved."


def _person(pose: Pose, viewer: "User", *, can_review: bool) -> PersonReview:
    status = pose.review_status
    allowed = {action for action in Action if can_review and is_allowed(action, status, viewer)}
    possible = {action for action in allowed if is_possible(action, status)}
    return PersonReview(
        pose=pose,
        badge=BADGES[Pose.Review(status)],
        reviewed_age=age_of(pose.reviewed_at) if pose.reviewed_at else "",
        steps=[(action.value, words) for action, words in _BUTTONS.items() if action in possible],
        can_reject=Action.REJECT in possible,
        can_comment=Action.COMMENT in allowed,
        can_review=can_review,
        is_mine=pose.assigned_to_id == viewer.pk,
    )
