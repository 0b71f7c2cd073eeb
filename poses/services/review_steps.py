"""What leads where in the review, and for whom."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING

from core.errors import Conflict, DomainError
from poses.models import Pose
from poses.selectors.review import may_review

if TYPE_CHECKING:
    from accounts.models import User

_Status = Pose.Review


class Action(StrEnum):
    """What a person may do to a pose in the review."""

    SEND = "send"
    START = "start"
    APPROVE = "approve"
    REJECT = "reject"
    UNLOCK = "unlock"
    ASSIGN = "assign"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Step:
    """The states that it leads from and the one that it leads to; `done` is what a pose then is, in words."""

    begins: frozenset[Pose.Review]
    ends: Pose.Review
    done: str


# Assigning and commenting change no state and are possible in each.
STEPS: dict[Action, Step] = {
    Action.SEND: Step(
        frozenset({_Status.NEW, _Status.IN_REVIEW, _Status.REJECTED}), _Status.NEEDS_REVIEW, "sent to review"
    ),
    Action.START: Step(
        frozenset({_Status.NEW, _Status.NEEDS_REVIEW, _Status.REJECTED}), _Status.IN_REVIEW, "taken into review"
    ),
    Action.APPROVE: Step(
        frozenset({_Status.NEW, _Status.NEEDS_REVIEW, _Status.IN_REVIEW}), _Status.APPROVED, "approved"
    ),
    Action.REJECT: Step(
        frozenset({_Status.NEW, _Status.NEEDS_REVIEW, _Status.IN_REVIEW}), _Status.REJECTED, "rejected"
    ),
    Action.UNLOCK: Step(frozenset({_Status.APPROVED}), _Status.IN_REVIEW, "unlocked"),
}
_APPROVING = frozenset({Action.APPROVE, Action.REJECT, Action.UNLOCK})
_POSES_IN = {
    _Status.NEW: "New poses",
    _Status.NEEDS_REVIEW: "Poses that need review",
    _Status.IN_REVIEW: "Poses in review",
    _Status.APPROVED: "Approved poses",
    _Status.REJECTED: "Rejected poses",
}


def is_possible(action: Action, status: str) -> bool:
    """Whether a pose of this status can take the step."""
    return action not in STEPS or status in STEPS[action].begins


def is_allowed(action: Action, status: str, user: "User") -> bool:
    """Whether the user may do this to a pose of this status that is theirs to hand on in the review."""
    if _is_approvers(action, status):
        return user.has_perm("poses.approve_pose")
    return action is not Action.START or may_review(user)


def refuse_forbidden(action: Action, status: str, user: "User") -> None:
    """Raises DomainError (`permission_denied`), which says who may, where `is_allowed` says no."""
    if not is_allowed(action, status, user):
        who = "who may approve poses" if _is_approvers(action, status) else "who may edit or approve everyone's poses"
        raise DomainError("permission_denied", f"Only {who} can do this.", status=HTTPStatus.FORBIDDEN)


def refuse_impossible(action: Action, status: str) -> None:
    """Raises Conflict (`review_step`), which names the state, where a pose of this status cannot take the step."""
    if is_possible(action, status):
        return
    remedy = ""
    if status == _Status.APPROVED:
        remedy = " Unlock them first."
    elif status == _Status.REJECTED:
        remedy = " Send them to review or start the review first."
    message = f"{_POSES_IN[_Status(status)]} cannot be {STEPS[action].done}.{remedy}"
    raise Conflict.on_field("action", "review_step", message)


def _is_approvers(action: Action, status: str) -> bool:
    """What is said of an approved pose is locked with it."""
    return action in _APPROVING or (action is Action.COMMENT and status == _Status.APPROVED)


def in_words(status: str) -> str:
    """`needs review`."""
    return _Status(status).label.lower()
