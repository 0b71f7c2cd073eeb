"""The photo page's mirror check."""

from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from core.errors import DomainError
from poses.models import Photo
from poses.services.mirroring import check_photo, in_words

if TYPE_CHECKING:
    from accounts.models import User


@login_required
@require_POST
def photo_mirror(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Compares the photo with its mirror image and comes back to it."""
    photos = Photo.objects.visible_to(request.user).checkable_by(request.user)
    photo = get_object_or_404(photos.select_related("detection"), pk=pk)
    try:
        checked = check_photo(photo=photo, actor=cast("User", request.user))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        is_everyone_found = all(one.difference for one in checked)
        messages.add_message(request, messages.SUCCESS if is_everyone_found else messages.WARNING, in_words(checked))
    return redirect("poses:photo", pk)
