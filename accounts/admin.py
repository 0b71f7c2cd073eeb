"""Users and API sessions in the admin."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, BaseUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import ApiSession, User
from accounts.services import passwords

if TYPE_CHECKING:  # generic for the type checker, not at runtime
    _AddForm = BaseUserCreationForm[User]
    _PasswordForm = AdminPasswordChangeForm[User]
    _UserAdmin = DjangoUserAdmin[User]
    _ApiSessionAdmin = admin.ModelAdmin[ApiSession]
else:
    _AddForm, _PasswordForm = BaseUserCreationForm, AdminPasswordChangeForm
    _UserAdmin, _ApiSessionAdmin = DjangoUserAdmin, admin.ModelAdmin


class UserAddForm(_AddForm):
    """A user with a first password."""

    class Meta:
        model = User
        fields = ("email", "name")


class UserPasswordForm(_PasswordForm):
    """Sets a user's password, or takes it away."""

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002  # Django's signature
        """Also ends the user's API sessions."""
        password = self.cleaned_data["password1"] if self.cleaned_data["set_usable_password"] else None
        passwords.set_password(user=self.user, password=password, now=timezone.now())
        return self.user


@admin.register(User)
class UserAdmin(_UserAdmin):
    """Users; only superusers touch superusers, and only they give out power."""

    add_form = UserAddForm
    change_password_form = UserPasswordForm
    list_display = ("email", "name", "is_staff", "is_active", "joined_at")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("joined_at", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Moments", {"fields": ("joined_at", "last_login")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Powers are read-only for staff who are not superusers."""
        powers = () if _is_superuser(request) else ("is_staff", "is_superuser", "groups", "user_permissions")
        return ("joined_at", "last_login", *powers)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """As permissions say, but superusers are changed by superusers."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """As permissions say, but superusers are deleted by superusers."""
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)


@admin.register(ApiSession)
class ApiSessionAdmin(_ApiSessionAdmin):
    """Who is logged in through the API; sessions can be ended and nothing else."""

    list_display = ("user", "created_at", "refreshed_at", "expires_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    fields = ("user", "created_at", "refreshed_at", "expires_at", "revoked_at")
    actions = ("end_sessions",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A session begins by logging in."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiSession | None = None) -> bool:
        """Nothing in it can be edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiSession | None = None) -> bool:
        """Only along with their user."""
        match = request.resolver_match
        is_about_user = match is not None and (match.url_name or "").startswith("accounts_user_")
        return is_about_user and super().has_delete_permission(request, obj)

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Who may change API sessions may end them."""
        return request.user.has_perm("accounts.change_apisession")

    @admin.action(description="End selected sessions", permissions=["end"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[ApiSession]) -> None:
        """Ends the sessions that are still open."""
        ended = ApiSession.objects.filter(pk__in=queryset.values("pk")).revoke(at=timezone.now())
        self.message_user(request, f"Sessions ended: {ended}.", messages.SUCCESS)


def _is_superuser(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.is_superuser)


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return user is None or not user.is_superuser or _is_superuser(request)
