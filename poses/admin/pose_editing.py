"""The page on which staff correct a pose."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from core.errors import DomainError
from poses.forms.conflict import conflict_context
from poses.models import Pose, PoseRevision
from poses.services.editing import StaleEdit, replace_keypoints

from .pose_form import PoseForm

if TYPE_CHECKING:
    from accounts.models import User

    _Admin = admin.ModelAdmin[Pose]
else:
    _Admin = object

_REFUSAL = "edit_refusal"


class PoseEditing(_Admin):
    """Saving makes a revision, which may be refused: then nothing is said to be saved, and what was typed is kept."""

    form = PoseForm

    def get_form(self, request: HttpRequest, obj: Pose | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  # Django's own signature
        """The editor for who may change the pose."""
        if not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change=change, form=forms.ModelForm, **kwargs)
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, _REFUSAL, None)  # type: ignore[attr-defined]
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Django's. A refusal undoes what Django has begun; it then shows the page again, or the conflict."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except StaleEdit as error:
            return self._conflict(request, object_id, error)
        except DomainError as error:
            setattr(request, _REFUSAL, error)
            response = super().changeform_view(request, object_id, form_url, extra_context)
            if isinstance(response, TemplateResponse):  # else the pose is gone, and the answer leads away
                response.status_code = error.status
            return response

    def save_model(self, request: HttpRequest, obj: Pose, form: Any, change: bool) -> None:  # noqa: FBT001  # Django's own signature
        """A new revision, if a point differs."""
        if not form.has_new_points:
            self.message_user(request, f"{obj} stays as it is: no point was changed.", messages.INFO)
            return
        editor = cast("User", request.user)
        revision = replace_keypoints(pose=obj, editor=editor, client=PoseRevision.Client.ADMIN, **form.edit)
        self.message_user(request, f"{obj} was saved as revision {revision.number}.", messages.SUCCESS)

    def log_change(self, request: HttpRequest, obj: Pose, message: Any) -> Any:
        """Nothing more: the revision is in the history already."""
        return None

    def response_change(self, request: HttpRequest, obj: Pose) -> HttpResponse:
        """Stays on the page, or leads back to the list; what became of it is said already."""
        is_staying = "_continue" in request.POST
        return redirect(request.get_full_path()) if is_staying else self.response_post_save_change(request, obj)

    def _conflict(self, request: HttpRequest, object_id: str | None, error: StaleEdit) -> HttpResponse:
        pose = self.get_object(request, unquote(object_id or ""))
        if pose is None:
            raise Http404
        form = self.get_form(request, pose, change=True, fields=())(request.POST, instance=pose)
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            **conflict_context(pose, form, error),
            "title": "Somebody else saved meanwhile",
            "subtitle": str(pose),
            "opts": self.opts,
            "original": pose,
            "keep_url": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/poses/pose/conflict.html", context, status=HTTPStatus.CONFLICT)
