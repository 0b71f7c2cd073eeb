"""Deleting what may be refused at the last moment: somebody approves a pose between the question and the answer."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin import actions
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.errors import DomainError

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
else:
    _Admin = object


class RefusableDeletion(_Admin):
    """A refusal undoes the whole deletion and is said on the list; offer `delete_selected` among the actions."""

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except DomainError as error:
            _tell(self, request, error)
            return redirect(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_changelist")


@admin.action(permissions=["delete"], description="Delete selected %(verbose_name_plural)s")
def delete_selected(
    model_admin: "admin.ModelAdmin[Any]", request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponse | None:
    """Django's, all or nothing."""
    try:
        with transaction.atomic():
            return actions.delete_selected(model_admin, request, queryset)
    except DomainError as error:
        _tell(model_admin, request, error)
        return None


def _tell(model_admin: "admin.ModelAdmin[Any]", request: HttpRequest, error: DomainError) -> None:
    model_admin.message_user(request, f"Nothing was deleted. {error.message}", messages.ERROR)
