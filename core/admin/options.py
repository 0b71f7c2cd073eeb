"""Bases for the admins of tables that grow without bound."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from .paginator import BoundedPaginator

M = TypeVar("M", bound=Model)
P = TypeVar("P", bound=Model)

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline
else:

    class _Subscriptable:
        """Django's classes cannot name their model in brackets at run time."""

        def __class_getitem__(cls, item: object) -> type:
            return cls

    class ModelAdmin(_Subscriptable, admin.ModelAdmin):
        """Django's."""

    class TabularInline(_Subscriptable, admin.TabularInline):
        """Django's."""


class PageActionForm(ActionForm):
    """Actions work on the rows ticked on one page, never on everything that a search finds."""

    select_across = forms.BooleanField(
        label="", required=False, initial=False, widget=forms.HiddenInput({"class": "select-across"})
    )

    def clean_select_across(self) -> bool:
        """Always False."""
        return False


class BoundedAdmin(ModelAdmin[M]):
    """Lists whose cost does not grow with the table; a search for an id goes by index."""

    paginator = BoundedPaginator
    action_form = PageActionForm
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 100
    id_search_fields: tuple[str, ...] = ("pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """Rows by id where an id was given, else by Django's rules."""
        try:
            wanted = UUID(search_term.strip())
        except ValueError:
            return super().get_search_results(request, queryset, search_term)
        if not self.id_search_fields:
            return queryset.none(), False
        return queryset.filter(reduce(or_, (Q((name, wanted)) for name in self.id_search_fields))), False

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        """Back to the list; Django would lead those who may not change rows to the index."""
        response = super().response_delete(request, obj_display, obj_id)
        if not isinstance(response, HttpResponseRedirect):
            return response
        return redirect(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_changelist")


class NothingToEdit:
    """Rows are shown, never added or changed here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False


class ReadOnlyAdmin(NothingToEdit, BoundedAdmin[M]):
    """Rows can be looked at and nothing else."""

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """No."""
        return False


class ReadOnlyInline(NothingToEdit, TabularInline[M, P]):
    """A parent's rows, each with a link to its own page."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False
