"""The revisions of a pose: the list, two of them compared, and one brought back."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError
from poses.models import Pose, PoseRevision
from poses.selectors.revisions import numbers_to_compare, page_of_revisions, revisions_to_compare
from poses.services.editing import StaleEdit, restore_revision

from .comparison import comparison
from .revision_forms import CompareForm, PageForm, RestoreForm, switches

if TYPE_CHECKING:
    from accounts.models import User

_PAGE_SIZE = 50


@login_required
@require_safe
def revisions_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every revision, newest first, a page at a time."""
    return _list(request, _pose(request, pk))


@login_required
@require_safe
def compare_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Two revisions: the model's and the current one unless others are asked for."""
    pose = _pose(request, pk)
    form = CompareForm(request.GET)
    if not form.is_valid():
        return _list(request, pose, refusal="This pose has no such revision.", status=HTTPStatus.NOT_FOUND)
    usual_a, usual_b = numbers_to_compare(pose)
    a, b = form.cleaned_data["a"] or usual_a, form.cleaned_data["b"] or usual_b
    revisions = revisions_to_compare(pose, a, b, pose.current.number)
    if unknown := {a, b} - revisions.keys():
        return _list(request, pose, refusal=f"This pose has no revision {min(unknown)}.", status=HTTPStatus.NOT_FOUND)
    compared = comparison(pose, revisions, a=a, b=b, **form.ways)
    context = {
        **_context(request, pose),
        "compared": compared,
        "sides": (compared.a, compared.b),
        "view": form.ways["view"],
        "switches": switches(request.GET, form.ways),
    }
    return render(request, "poses/revisions/compare.html", context)


# The login page must not lead back here: a browser would come with GET, which has nothing to show.
@require_POST
@login_required(redirect_field_name=None)
def restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Brings back a revision, or the named points of it, and comes back to the list."""
    pose = _pose(request, pk, is_to_be_edited=True)
    form = RestoreForm(request.POST)
    if not form.is_valid():
        [first, *_] = form.errors.values()
        return _list(request, pose, refusal=str(first[0]), status=HTTPStatus.BAD_REQUEST)
    wanted: dict[str, Any] = form.cleaned_data
    number = wanted.pop("revision")
    points = request.POST.getlist("points") or None
    editor = cast("User", request.user)
    try:
        made = restore_revision(
            pose=pose, number=number, points=points, editor=editor, client=PoseRevision.Client.PAGE, **wanted
        )
    except StaleEdit as error:
        refusal = f"Somebody saved revision {error.theirs.number} meanwhile, so nothing was brought back."
        return _list(request, pose, refusal=refusal, asked=number, status=error.status)
    except DomainError as error:
        return _list(request, pose, refusal=error.message, status=error.status)
    messages.success(request, _outcome(made, points))
    return redirect("poses:revisions", pk)


def _pose(request: HttpRequest, pk: UUID, *, is_to_be_edited: bool = False) -> Pose:
    """With the photo and the current revision's number; no keypoints."""
    poses = Pose.objects.visible_to(request.user).select_related("photo", "current")
    if is_to_be_edited:
        poses = poses.editable_by(request.user)
    return get_object_or_404(poses.defer("current__keypoints", "current__world_keypoints"), pk=pk)


def _list(
    request: HttpRequest, pose: Pose, *, refusal: str = "", asked: int | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    """The list, with why something was refused; `asked` is the revision that was to be brought back."""
    form = PageForm(request.GET)
    form.is_valid()
    asked_for = {name: form.cleaned_data.get(name) for name in ("before", "after")}
    a, b = numbers_to_compare(pose)
    context = {
        **_context(request, pose),
        "page": page_of_revisions(pose, size=_PAGE_SIZE, **asked_for),
        "a": a,
        "b": b,
        "refusal": refusal,
        "asked": asked,
    }
    return render(request, "poses/revisions/list.html", context, status=status)


def _context(request: HttpRequest, pose: Pose) -> dict[str, Any]:
    poses = Pose.objects.filter(pk=pose.pk)
    may_edit = poses.editable_by(request.user).exists()
    return {
        "pose": pose,
        "photo": pose.photo,
        "may_edit": may_edit,
        "can_edit": may_edit and not pose.is_locked,
        "can_export": poses.exportable_by(request.user).exists(),
    }


def _outcome(made: PoseRevision, points: list[str] | None) -> str:
    what = f"Revision {made.restored_from} is back"
    if points:
        what = (
            f"{len(points)} {'point' if len(points) == 1 else 'points'} of revision {made.restored_from} brought back"
        )
    return f"{what}, as revision {made.number}. {made.points_moved} moved, {made.states_changed} changed state only."
