"""The page of a save that came too late."""

from http import HTTPStatus

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from poses.forms.conflict import conflict_context
from poses.models import Pose
from poses.services.editing import StaleEdit


def conflict_page(request: HttpRequest, pose: Pose, form: BaseForm, error: StaleEdit) -> HttpResponse:
    """What to do about an edit that somebody else's came before."""
    context = conflict_context(pose, form, error)
    return render(request, "poses/conflict.html", context, status=HTTPStatus.CONFLICT)
