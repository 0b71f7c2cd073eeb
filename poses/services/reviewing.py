"""The review: from found to approved or rejected, by whom, and what was said of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User, normalised_email
from core.errors import Conflict, DomainError
from poses.models import LogEntry, Photo, Pose, PoseRevision
from poses.selectors.review import may_review

from . import editing, revising
from .locking import lock_photo
from .logging import log, log_in_admin
from .review_steps import STEPS, Action, in_words, refuse_forbidden, refuse_impossible

# Poses of one bulk action: a page of them.
MOST_AT_ONCE = 100
_SHOWN = ("review_status", "review_reason", "review_comment", "assigned_to", "reviewed_by", "reviewed_at", "updated_at")
# Characters of the columns.
_LONGEST = {"reason": 300, "comment": 2000}


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """How many poses it was done to, and those that were left alone, each with the reason."""

    done: int
    left: list[tuple[Pose, str]]


def send_to_review(*, pose: Pose, by: User, comment: str = "") -> None:
    """Asks for a review; a comment takes the place of the one before. Raises as `review` does."""
    _step(Action.SEND, pose, by, comment=comment)


def start_review(*, pose: Pose, by: User) -> None:
    """Takes the pose into review, and assigns it to `by` where it is nobody's. Raises as `review` does."""
    _step(Action.START, pose, by)


def approve(*, pose: Pose, by: User) -> None:
    """Approves the pose, which locks it. Raises as `review` does."""
    _step(Action.APPROVE, pose, by)


def reject(*, pose: Pose, by: User, reason: str) -> None:
    """Rejects the pose. Raises as `review` does, DomainError on `reason` without one."""
    _step(Action.REJECT, pose, by, reason=reason)


def unlock(*, pose: Pose, by: User) -> None:
    """Takes an approved pose back into review, so that it can be edited. Raises as `review` does."""
    _step(Action.UNLOCK, pose, by)


def assign(*, pose: Pose, to: User | None, by: User) -> None:
    """Says whose the pose is to review; None: nobody's. Raises as `review` does.

    Raises DomainError (`assignee_unknown`) on `assigned_to` for who is not active or may not review the pose, and for
    anybody but `by` where `by` has no part in the review.
    """
    with transaction.atomic():
        photo, locked = _locked(Action.ASSIGN, pose, by)
        if to is not None and not _may_have(locked, to, by):
            raise _unknown()
        if locked.assigned_to_id != (to.pk if to else None):
            locked.assigned_to = to
            _save(photo, locked, by, f"assigned to {to.get_full_name()}" if to else "assigned to nobody")
    _show(pose, locked)


def comment(*, pose: Pose, text: str, by: User, expected: str | None = None) -> None:
    """Writes the comment in the place of the one before. Raises as `review` does, DomainError on `comment`.

    Raises Conflict (`comment_changed`) on `comment` where the one before is not `expected`; None: not asked.
    """
    text = _checked("comment", text)
    with transaction.atomic():
        photo, locked = _locked(Action.COMMENT, pose, by)
        _refuse_overwriting(pose, locked, expected)
        if locked.review_comment != text:
            locked.review_comment = text
            _save(photo, locked, by, f"comment: {text}" if text else "comment removed")
    _show(pose, locked)


def review(
    *,
    pose: Pose,
    action: Action,
    by: User,
    reason: str = "",
    text: str = "",
    to: User | None = None,
    seen: int | None = None,
    expected: str | None = None,
) -> None:
    """Does what the action names; `text` is a comment, `to` whom to assign, `seen` the revision that was looked at.

    `expected` is the comment that `text` takes the place of. Raises Conflict (`review_step`) for a step that the pose's
    state does not allow, Conflict (`review_stale`) for an approval or rejection where the pose has another current
    revision than `seen` or the caller's object, Conflict (`comment_changed`) where it has another comment than
    `expected`, DomainError (`permission_denied`) for who may not, DomainError (`not_found`) for who may not review this
    pose.
    """
    if action is Action.ASSIGN:
        assign(pose=pose, to=to, by=by)
    elif action is Action.COMMENT:
        comment(pose=pose, text=text, by=by, expected=expected)
    else:
        if action in (Action.APPROVE, Action.REJECT):
            refuse_unseen(pose, seen)
        _step(action, pose, by, reason=reason, comment=text, expected=expected)


def refuse_unseen(pose: Pose, revision: int | None) -> None:
    """Raises Conflict (`review_stale`) where a person has seen another revision than the current; None: not asked."""
    if revision is not None and revision != pose.current.number:
        raise _stale()


def person(reference: int | str | None) -> User | None:
    """Whom an id or an e-mail address names; None is nobody. Raises DomainError (`assignee_unknown`)."""
    if reference is None:
        return None
    field = "pk" if isinstance(reference, int) else "email"
    value = reference if isinstance(reference, int) else normalised_email(reference)
    found = User.objects.filter(**{field: value}).first()
    if found is None:
        raise _unknown()
    return found


def _unknown() -> DomainError:
    """The same for who is not there and who may not: it gives away no addresses."""
    message = "Nobody who may review this pose is called so."
    return DomainError.on_field("assigned_to", "assignee_unknown", message)


def approve_poses(*, poses: Iterable[Pose], by: User) -> BulkOutcome:
    """Approves each that can be. Raises DomainError (`too_many_poses`) for more than a page of them."""
    return _each(poses, lambda pose: approve(pose=pose, by=by))


def reject_poses(*, poses: Iterable[Pose], by: User, reason: str) -> BulkOutcome:
    """Rejects each that can be. Raises as `approve_poses`, and DomainError on `reason` without one."""
    reason = _checked("reason", reason)
    return _each(poses, lambda pose: reject(pose=pose, by=by, reason=reason))


def send_poses_to_review(*, poses: Iterable[Pose], by: User) -> BulkOutcome:
    """Sends each to review that can be. Raises as `approve_poses`."""
    return _each(poses, lambda pose: send_to_review(pose=pose, by=by))


def assign_poses(*, poses: Iterable[Pose], to: User | None, by: User) -> BulkOutcome:
    """Assigns each. Raises as `approve_poses`."""
    return _each(poses, lambda pose: assign(pose=pose, to=to, by=by))


def revert_poses(*, poses: Iterable[Pose], by: User, client: str = "") -> BulkOutcome:
    """Brings each back to what the model found last. Raises as `approve_poses`."""
    return _each(poses, lambda pose: _revert(pose, by, client))


def _each(poses: Iterable[Pose], do: Callable[[Pose], None]) -> BulkOutcome:
    """One transaction a pose: what is locked elsewhere holds up one and not all."""
    chosen = list(poses)
    if len(chosen) > MOST_AT_ONCE:
        raise DomainError.on_field("poses", "too_many_poses", f"Choose at most {MOST_AT_ONCE} poses at a time.")
    left: list[tuple[Pose, str]] = []
    for pose in chosen:
        try:
            do(pose)
        except DomainError as error:
            left.append((pose, error.message))
    return BulkOutcome(len(chosen) - len(left), left)


def _revert(pose: Pose, by: User, client: str) -> None:
    if not Pose.objects.visible_to(by).editable_by(by).filter(pk=pose.pk).exists():
        raise _refused("You may not edit this pose.")
    model, current = revising.latest_of_model(pose), pose.current
    if current.source == PoseRevision.Source.MODEL and model.number in (current.number, current.restored_from):
        raise Conflict("already_the_models", "Nobody has changed what the model found.")
    editing.restore_revision(pose=pose, number=model.number, editor=by, expected_revision=current.number, client=client)


def _step(
    action: Action, pose: Pose, by: User, *, reason: str = "", comment: str = "", expected: str | None = None
) -> None:
    step = STEPS[action]
    reason = _checked("reason", reason) if action is Action.REJECT else ""
    comment = _checked("comment", comment)
    with transaction.atomic():
        photo, locked = _locked(action, pose, by)
        refuse_impossible(action, locked.review_status)
        if comment:
            _refuse_overwriting(pose, locked, expected)
        is_judged = step.ends in (Pose.Review.APPROVED, Pose.Review.REJECTED)
        if is_judged and locked.current_id != pose.current_id:
            raise _stale()
        before, locked.review_status = locked.review_status, step.ends
        locked.review_reason = reason
        locked.review_comment = comment or locked.review_comment
        locked.reviewed_by, locked.reviewed_at = (by, timezone.now()) if is_judged else (None, None)
        if action is Action.START and locked.assigned_to_id is None:
            locked.assigned_to = by
        said = reason or comment
        change = f"{in_words(before)} -> {in_words(step.ends)}"
        _save(photo, locked, by, f"{change}: {said}" if said else change)
    _show(pose, locked)


def _locked(action: Action, pose: Pose, by: User) -> tuple[Photo, Pose]:
    """The locked photo, and the pose as it is now if the user may do this to it."""
    photo = lock_photo(pose.photo_id)
    locked = _reviewable(by).select_related("assigned_to", "reviewed_by").filter(pk=pose.pk).first()
    if locked is None:
        message = "The pose was deleted meanwhile, or you may not review it."
        raise DomainError("not_found", message, status=HTTPStatus.NOT_FOUND)
    refuse_forbidden(action, locked.review_status, by)
    return photo, locked


def _may_have(pose: Pose, to: User, by: User) -> bool:
    """Who has no part in the review may name nobody else: the answer would tell who has an account."""
    is_nameable = to.pk == by.pk or may_review(by)
    return is_nameable and to.is_active and _reviewable(to).filter(pk=pose.pk).exists()


def _refuse_overwriting(pose: Pose, locked: Pose, expected: str | None) -> None:
    """Brings the caller's object in step, too, for who wants to show both comments."""
    if expected is not None and _trimmed(expected) != _trimmed(locked.review_comment):
        _show(pose, locked)
        message = "Somebody has changed the comment since you looked at it. Look at theirs, then save yours."
        raise Conflict.on_field("comment", "comment_changed", message)


def _reviewable(user: User) -> Any:
    return Pose.objects.visible_to(user).reviewable_by(user)


def _save(photo: Photo, pose: Pose, by: User, change: str) -> None:
    pose.save(update_fields=_SHOWN)
    message = f"{pose}: {change}"
    log(photo=photo, actor=by, action=LogEntry.Action.REVIEW, message=message)
    log_in_admin(pose, actor=by, message=message)


def _show(pose: Pose, locked: Pose) -> None:
    """Brings the caller's own object in step."""
    for name in _SHOWN:
        setattr(pose, name, getattr(locked, name))


def _checked(field: str, text: str) -> str:
    """The text without space around it. Raises DomainError on the field where it is too long, or no reason is given."""
    text = _trimmed(text)
    longest = _LONGEST[field]
    if len(text) > longest:
        raise DomainError.on_field(field, f"{field}_too_long", f"At most {longest:,} characters.")
    if field == "reason" and not text:
        raise DomainError.on_field(field, "reason_required", "Say why the pose is rejected.")
    return text


def _trimmed(text: str) -> str:
    """Browsers send two characters for the end of a line, and count it as one."""
    return text.replace("\r\n", "\n").strip()


def _stale() -> DomainError:
    message = "The pose was edited since you looked at it. Look at it again, then decide."
    return Conflict.on_field("revision", "review_stale", message)


def _refused(message: str) -> DomainError:
    return DomainError("permission_denied", message, status=HTTPStatus.FORBIDDEN)
