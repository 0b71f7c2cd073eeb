"""Who may use the backup API."""

from rest_framework.exceptions import NotFound
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from backups.models.querysets import OPERATE


class IsOperator(BasePermission):
    """To whoever is logged in and may not, nothing of it is there."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """False for visitors, which is answered 401. Raises NotFound."""
        if not request.user.is_authenticated:
            return False
        if not request.user.has_perm(OPERATE):
            raise NotFound
        return True
