"""The page of the editor."""

from http import HTTPStatus
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.forms import add_domain_error
from core.errors import DomainError
from poses.forms.editing import EditForm
from poses.models import Pose, PoseRevision
from poses.services.editing import StaleEdit, replace_keypoints

from .conflict import conflict_page

if TYPE_CHECKING:
    from accounts.models import User


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The editor on GET; on POST saves and goes to the photo, or stays with `stay`."""
    poses = Pose.objects.visible_to(request.user).editable_by(request.user)
    pose = get_object_or_404(poses.with_current(), pk=pk)
    if request.method != "POST":
        return _page(request, pose, EditForm(pose))
    form = EditForm(pose, request.POST)
    if not form.is_valid():
        return _page(request, pose, form, status=HTTPStatus.OK if form.is_for_editor else HTTPStatus.BAD_REQUEST)
    try:
        _save(request, pose, form)
    except StaleEdit as error:
        return conflict_page(request, pose, form, error)
    except DomainError as error:
        add_domain_error(form, error)
        return _page(request, pose, form, status=error.status)
    return redirect("poses:pose_edit", pose.pk) if "stay" in request.POST else redirect(pose.photo)


def _save(request: HttpRequest, pose: Pose, form: EditForm) -> None:
    """A new revision, if a point differs; says what became of it."""
    if not form.has_new_points:
        messages.info(request, "Nothing was changed.")
        return
    editor = cast("User", request.user)
    revision = replace_keypoints(pose=pose, editor=editor, client=PoseRevision.Client.PAGE, **form.edit)
    messages.success(request, f"{pose} was saved as revision {revision.number}.")


def _page(request: HttpRequest, pose: Pose, form: EditForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    return render(request, "poses/edit.html", {"pose": pose, "photo": pose.photo, "form": form}, status=status)
