"""Ways to add photos that need no script: the form's own upload, and a sample."""

import importlib.util
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.errors import DomainError, Unavailable
from poses.models import Photo
from poses.services.engine import available_models
from poses.services.options import DetectionOptions
from poses.services.uploading import upload_photo

from .gallery_form import UploadForm

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from accounts.models import User

_SAMPLE = "mpl-data/sample_data/grace_hopper.jpg"


# The login page must not lead back here: a browser would come with GET, which has nothing to show.
@require_POST
@login_required(redirect_field_name=None)
def upload(request: HttpRequest) -> HttpResponse:
    """Takes the form's files one by one and tells what became of each; one that is refused stops no other.

    People are found on a single photo at once, on several in the background.
    """
    form = UploadForm(request.POST, model_names=available_models().keys())
    files = request.FILES.getlist("image")
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form.fields[name].label}: {errors[0]}")
    elif not files:
        messages.error(request, "Choose at least one photo.")
    else:
        _add_all(request, files, form.options)
    return redirect("poses:gallery")


@require_POST
@login_required(redirect_field_name=None)
def sample(request: HttpRequest) -> HttpResponse:
    """Adds a public-domain portrait to the user's photos and opens it."""
    try:
        with _sample_path().open("rb") as stream:
            uploaded = upload_photo(
                owner=cast("User", request.user),
                stream=stream,
                name="Grace Hopper.jpg",
                source=Photo.Source.WEB,
                options=DetectionOptions.given(),
            )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("poses:gallery")
    return redirect(uploaded.photo)


def _add_all(request: HttpRequest, files: "list[UploadedFile[bytes]]", options: DetectionOptions) -> None:
    new = 0
    is_queued = len(files) > 1
    for file in files:
        name = file.name or "A file"
        try:
            uploaded = upload_photo(
                owner=cast("User", request.user),
                stream=cast("BinaryIO", file),
                name=name,
                source=Photo.Source.WEB,
                options=options,
                is_queued=is_queued,
            )
        except DomainError as error:
            messages.error(request, f"{name}: {error.message}")
            if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                break  # the site itself lacks something: every other file would say the same
            continue
        if uploaded.is_new:
            new += 1
        else:
            messages.info(request, f"{name}: already here.")
    if new:
        added = "1 photo added." if new == 1 else f"{new} photos added."
        messages.success(request, f"{added} People are being looked for." if is_queued else added)


def _sample_path() -> Path:
    """The portrait that matplotlib ships; found without the second that importing it takes."""
    spec = importlib.util.find_spec("matplotlib")
    path = Path(spec.origin or "").parent / _SAMPLE if spec else Path(_SAMPLE)
    if not path.is_file():
        raise Unavailable("sample_missing", "The sample photo is not installed on this site.")
    return path
