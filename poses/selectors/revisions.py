"""A pose's revisions: page by page, two beside each other, and every edit for the audit."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from poses.engine.people import PoseVersion
from poses.formats.csv_audit import Edit
from poses.models import Pose, PoseRevision

# A number that the column cannot hold is that of no revision.
LARGEST_NUMBER = 2**31 - 1
_BATCH = 50
_HEAVY = ("keypoints", "extra_keypoints", "world_keypoints", "box", "from_model_px", "mirror_px")


@dataclass(frozen=True, slots=True)
class RevisionPage:
    """Revisions, newest first, and the numbers to go on from (None where there are no more)."""

    rows: list[PoseRevision]
    before: int | None
    after: int | None


def revisions_of(pose: Pose) -> QuerySet[PoseRevision]:
    """A pose's revisions with who made them and without their keypoints, newest first."""
    revisions = PoseRevision.objects.filter(pose=pose).select_related("editor", "detection")
    return revisions.defer(*_HEAVY).order_by("-number")


def page_of_revisions(pose: Pose, *, size: int, before: int | None = None, after: int | None = None) -> RevisionPage:
    """The `size` revisions below number `before` or above `after`, by index; the newest without either.

    The newest also stand in for a page that has nothing on it, and for one of newer revisions that is not full.
    """
    revisions = revisions_of(pose)
    if after is not None:
        found = list(revisions.filter(number__gt=after).order_by("number")[: size + 1])[::-1]
        if len(found) > size:
            return RevisionPage(found[1:], before=found[-1].number, after=found[1].number)
    elif before is not None:
        found = list(revisions.filter(number__lt=before)[: size + 1])
        if found:
            return _page(found, size, after=found[0].number)
    return _page(list(revisions[: size + 1]), size, after=None)


def _page(found: list[PoseRevision], size: int, *, after: int | None) -> RevisionPage:
    rows = found[:size]
    return RevisionPage(rows, before=rows[-1].number if len(found) > size else None, after=after)


def numbers_to_compare(pose: Pose) -> tuple[int, int]:
    """What is compared unless somebody chooses: the model's latest, and the current one.

    Where that is the model's itself, the current one and the one before it.
    """
    others = PoseRevision.objects.filter(pose=pose).exclude(number=pose.current.number).order_by("-number")
    of_model = others.filter(source=PoseRevision.Source.MODEL, restored_from=None)
    numbers = others if pose.current.source == PoseRevision.Source.MODEL else of_model
    found = numbers.values_list("number", flat=True).first()
    return (pose.current.number if found is None else found), pose.current.number


def revisions_to_compare(pose: Pose, *numbers: int) -> dict[int, PoseRevision]:
    """Those of the numbers that the pose has, with keypoints, by number."""
    found = PoseRevision.objects.filter(pose=pose, number__in=numbers).select_related("editor", "detection")
    return {revision.number: revision for revision in found.defer("world_keypoints")}


def edits(pose: Pose) -> Iterator[list[Edit]]:
    """Every revision that a person made, oldest first, in batches.

    Each batch is a query of its own, so that they may be taken one at a time, long after each other and on different
    threads, while an answer is sent.
    """
    last = 0
    known: dict[int, PoseVersion] = {}
    while batch := _after(pose, last):
        known |= {revision.number: revision.version for revision in batch}
        bases = {revision.began_from for revision in batch if revision.began_from is not None}
        known |= {number: one.version for number, one in revisions_to_compare(pose, *(bases - known.keys())).items()}
        yield [
            _edit(revision, known[revision.began_from], known[revision.number])
            for revision in batch
            if revision.began_from is not None
        ]
        last = batch[-1].number
        known = {last: known[last]}


def _after(pose: Pose, number: int) -> list[PoseRevision]:
    revisions = PoseRevision.objects.filter(pose=pose, number__gt=number).select_related("editor")
    return list(revisions.defer("world_keypoints", "from_model_px", "mirror_px").order_by("number")[:_BATCH])


def _edit(revision: PoseRevision, before: PoseVersion, after: PoseVersion) -> Edit:
    return Edit(
        revision=revision.number,
        moment=revision.created_at,
        editor=revision.editor.get_full_name() if revision.editor else "",
        client=revision.client,
        reason=revision.reason,
        before=before,
        after=after,
    )
