"""The page of one photo: look at it, detect again, delete it."""

from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from poses.engine.decode import FIRST_FRAME_ONLY
from poses.models import Photo, Pose
from poses.selectors.drawing import landmark_constants
from poses.selectors.mirror import uncertainties
from poses.selectors.neighbours import neighbours
from poses.services.deleting import delete_photo
from poses.services.detecting import detect_again

from . import photo_data
from .detect_form import DetectForm, lower_thresholds
from .progress import photo_progress_context
from .review_panel import person_reviews

if TYPE_CHECKING:
    from accounts.models import User


@login_required
@require_safe
def photo_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The photo with its skeletons, table, 3D view and downloads."""
    photo = get_object_or_404(Photo.objects.visible_to(request.user).with_poses(), pk=pk)
    return _page(request, photo, DetectForm(photo=photo))


@login_required
@require_POST
def photo_detect(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Detects again with the form's options and comes back to the photo."""
    photos = Photo.objects.visible_to(request.user).changeable_by(request.user)
    photo = get_object_or_404(photos.with_poses(), pk=pk)
    form = DetectForm(request.POST, photo=photo)
    if not form.is_valid():
        return _page(request, photo, form, status=400)
    try:
        detect_again(photo=photo, actor=cast("User", request.user), options=form.options)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        if photo.status == Photo.Status.COMPLETED:
            messages.success(request, _outcome(photo))
    return redirect("poses:photo", pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_photo_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks on GET, deletes on POST and goes back to the gallery."""
    photos = Photo.objects.visible_to(request.user).deletable_by(request.user)
    photo = get_object_or_404(photos, pk=pk)
    if request.method != "POST":
        return render(request, "poses/photo_delete.html", {"photo": photo})
    try:
        delete_photo(photo=photo, actor=cast("User", request.user))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{photo.title} was deleted.")
    return redirect("poses:gallery")


def _page(request: HttpRequest, photo: Photo, form: DetectForm, *, status: int = 200) -> HttpResponse:
    uncertain = uncertainties(photo)
    people = photo_data.person_rows(photo, uncertain)
    context = {
        **photo_progress_context(photo, has_people=bool(people)),
        "people": people,
        "description": photo_data.description(people),
        "skeleton_svg": photo_data.skeleton_svg(photo),
        "photo_json": photo_data.photo_data(photo, uncertain),
        "has_uncertainty": bool(uncertain),
        "landmarks_json": landmark_constants(),
        "neighbours": neighbours(photo, viewer=request.user),
        **_rights(photo, cast("User", request.user)),
        "editable": list(Pose.objects.filter(photo=photo).editable_by(request.user).only("person")) if people else [],
        "detect_form": form,
        "lower_thresholds": lower_thresholds(photo),
        "reviews": person_reviews(photo, viewer=cast("User", request.user)),
        "has_first_frame_notice": FIRST_FRAME_ONLY in photo.notice.split(),
    }
    return render(request, "poses/photo.html", context, status=status)


def _rights(photo: Photo, user: "User") -> dict[str, bool]:
    """What the user may do with the photo, asked at once."""
    this = Photo.objects.filter(pk=photo.pk)
    allowed = {
        "can_detect": Exists(this.changeable_by(user)),
        "can_check": Exists(this.checkable_by(user)),
        "can_delete": Exists(this.deletable_by(user)),
        "can_export": Exists(this.exportable_by(user)),
    }
    return this.order_by().values(**allowed).first() or dict.fromkeys(allowed, False)


def _outcome(photo: Photo) -> str:
    threshold = f"{photo.min_confidence:.0%}".replace("%", " %")
    if not photo.people_found:
        return f"Still nobody found with a threshold of {threshold}."
    people = "1 person" if photo.people_found == 1 else f"{photo.people_found} people"
    return f"{people} on this photo, with a threshold of {threshold}."
