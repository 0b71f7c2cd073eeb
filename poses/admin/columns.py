"""Cells and small tables that several of the pages show."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.work.item import WorkItem
from poses.engine.people import Keypoint, PoseVersion
from poses.engine.versions import points_by_name
from poses.models import Photo, Pose, PoseRevision

from .asking import counted

# Of revisions; lists read none of it.
LARGE_COLUMNS = ("keypoints", "extra_keypoints", "world_keypoints", "from_model_px", "mirror_px")


def admin_link(name: str, pk: UUID, text: str) -> SafeString:
    """A link to a row's page in this admin; `name` is the model's, in lower case."""
    return format_html('<a href="{}">{}</a>', reverse(f"admin:poses_{name}_change", args=[pk]), text)


def photo_link(photo: Photo) -> SafeString:
    """A link to the photo's page in this admin."""
    return admin_link("photo", photo.pk, photo.title)


def owned_photo_link(photo: Photo) -> SafeString:
    """The same, with the owner below it; read the photo with its owner."""
    return format_html('{}<br><span class="quiet">{}</span>', photo_link(photo), photo.owner)


def score_cell(score: float) -> str:
    """A share with two decimals."""
    return f"{score:.2f}"


class CurrentRevisionColumns:
    """What a pose's current revision says; the rows come with `current` and `detection`."""

    @admin.display(description="score", ordering="score")
    def score_shown(self, pose: Pose) -> str:
        """Mean visibility, 0 to 1."""
        return score_cell(pose.score)

    @admin.display(description="revision", ordering="current__number")
    def revision(self, pose: Pose) -> int:
        """The current one's number."""
        return pose.current.number

    @admin.display(description="source", ordering="current__source")
    def source(self, pose: Pose) -> str:
        """Where the current revision came from."""
        return pose.current.get_source_display()

    @admin.display(description="revision", ordering="current__number")
    def sourced_revision(self, pose: Pose) -> str:
        """Number and source of the current one."""
        return f"{self.revision(pose)} ({self.source(pose)})"

    @admin.display(description="model", ordering="detection__model_name")
    def model_name(self, pose: Pose) -> str:
        """The model that found the person last."""
        return pose.detection.model_name


class ReviewColumns:
    """Where a pose stands in the review; the rows come with `assigned_to`."""

    @admin.display(description="review", ordering="review_status")
    def review(self, pose: Pose) -> SafeString:
        """The status, and why where it was rejected."""
        reason = format_html(' <span class="quiet">{}</span>', pose.review_reason) if pose.review_reason else ""
        return format_html(
            '<span class="review {}">{}</span>{}', pose.review_status, pose.get_review_status_display(), reason
        )

    @admin.display(description="review", ordering="review_status")
    def assigned_review(self, pose: Pose) -> SafeString:
        """The same, and below it whose the pose is to review."""
        assigned = format_html('<br><span class="quiet">{}</span>', pose.assigned_to) if pose.assigned_to else ""
        return format_html("{}{}", self.review(pose), assigned)

    @admin.display(description="mirror disagreement", ordering="mirror_disagreement")
    def mirror(self, pose: Pose) -> str:
        """In per cent of the body's size, or nothing where it was not checked."""
        return "-" if pose.mirror_disagreement is None else f"{pose.mirror_disagreement * 100:.1f} %"


class EditColumns:
    """Who edited and what that changed; nothing on revisions of a detection. The rows come with `editor`."""

    @admin.display(description="editor", ordering="editor__email")
    def edited_by(self, revision: PoseRevision) -> SafeString | str:
        """Who, and where."""
        if revision.began_from is None:
            return "-"
        where = revision.get_client_display()
        return format_html('{}<br><span class="quiet">{}</span>', revision.editor or "Deleted", where)

    @admin.display(description="changed", ordering="points_moved")
    def changed(self, revision: PoseRevision) -> str:
        """Points that moved and how far, and states that alone changed."""
        if revision.points_moved is None or revision.states_changed is None:
            return "-"
        moved = f"{counted(revision.points_moved, 'point')}, {self.mean_px(revision)} px" * bool(revision.points_moved)
        states = counted(revision.states_changed, "state") * bool(revision.states_changed)
        return "; ".join(part for part in (moved, states) if part) or "Nothing"

    @admin.display(description="score", ordering="score")
    def score_shown(self, revision: PoseRevision) -> str:
        """Mean visibility, 0 to 1."""
        return score_cell(revision.score)

    @admin.display(description="mean px moved", ordering="mean_moved_px")
    def mean_px(self, revision: PoseRevision) -> str:
        """Over the points that moved, in the photo's pixels."""
        return "-" if revision.mean_moved_px is None else f"{revision.mean_moved_px:.1f}"


def keypoint_table(version: PoseVersion, photo: Photo) -> SafeString:
    """All keypoints, and the extra landmarks that are placed, in the photo's pixels."""
    rows = (
        (
            point.name,
            f"{point.x * photo.width:.1f}",
            f"{point.y * photo.height:.1f}",
            f"{point.visibility:.2f}" if isinstance(point, Keypoint) else "",
            point.state,
        )
        for point in points_by_name(version).values()
    )
    return _table(("Name", "x (px)", "y (px)", "Visibility", "State"), rows)


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> SafeString:
    return format_html(
        '<table class="keypoints"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        format_html_join("", '<th scope="col">{}</th>', ((header,) for header in headers)),
        format_html_join(
            "",
            '<tr><th scope="row">{}</th><td class="number">{}</td><td class="number">{}</td>'
            '<td class="number">{}</td><td>{}</td></tr>',
            rows,
        ),
    )


def state_badge(item: WorkItem) -> SafeString:
    """The status, and why where it failed."""
    reason = format_html(' <span class="quiet">{}</span>', item.error_code) if item.error_code else ""
    return format_html('<span class="state {}">{}</span>{}', item.status, item.get_status_display(), reason)


def error_text(item: WorkItem) -> str:
    """Message and code."""
    return f"{item.error_message} ({item.error_code})" if item.error_code else "-"
