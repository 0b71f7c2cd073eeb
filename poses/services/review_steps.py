"""What leads where in the review."""

from dataclasses import dataclass
from enum import StrEnum

from core.errors import Conflict
from poses.models import Pose

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
# Steps that want the permission to approve; the rest is for whoever may edit the pose, too.
APPROVING = frozenset({Action.APPROVE, Action.REJECT, Action.UNLOCK})
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


def in_words(status: str) -> str:
    """`needs review`."""
    return _Status(status).label.lower()
