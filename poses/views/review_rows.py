"""A pose as a row of the review's queue, and how its state looks."""

from collections.abc import Iterable
from dataclasses import dataclass

from poses.models import Pose

from .cards import Bones, age_of, bones_of, drawing_size

# The look of each state's badge, by the house's style sheet; the word is always there, too.
BADGES = {
    Pose.Review.NEW: "",
    Pose.Review.NEEDS_REVIEW: "warn",
    Pose.Review.IN_REVIEW: "busy",
    Pose.Review.APPROVED: "ok",
    Pose.Review.REJECTED: "bad",
}


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A pose with the words and the one skeleton to show; score and mirror disagreement in per cent."""

    pose: Pose
    title: str
    width: int
    height: int
    bones: Bones
    score: int
    mirror: str
    age: str
    reviewed_age: str


def rows_of(poses: Iterable[Pose]) -> list[ReviewRow]:
    """Rows for poses read `with_rows`."""
    return [_row(pose) for pose in poses]


def title_of(pose: Pose) -> str:
    """The photo's name, and which of several people."""
    return f"{pose.photo.title}, person {pose.person + 1}" if pose.photo.people_found > 1 else pose.photo.title


def _row(pose: Pose) -> ReviewRow:
    width, height = drawing_size(pose.photo)
    return ReviewRow(
        pose=pose,
        title=title_of(pose),
        width=width,
        height=height,
        bones=bones_of(pose, width=width, height=height),
        score=round(pose.score * 100),
        mirror="" if pose.mirror_disagreement is None else f"{pose.mirror_disagreement:.1%}".replace("%", " %"),
        age=age_of(pose.created_at),
        reviewed_age=age_of(pose.reviewed_at) if pose.reviewed_at else "",
    )
