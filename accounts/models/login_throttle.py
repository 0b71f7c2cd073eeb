"""How often something has been tried in vain."""

from django.db import models
from django.db.models import Q


class LoginThrottle(models.Model):
    """The failed attempts of one network address, or on one account, that have not been forgotten yet.

    It is kept in the database so that all processes count together, and under a keyed hash so that a copy of the table
    tells nobody which addresses were tried.
    """

    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    last_failed_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(blocked_until=None) | Q(blocked_until__gt=models.F("last_failed_at")),
                name="login_throttle_blocks_after_failure",
            ),
        )
        indexes = (models.Index(fields=("last_failed_at",), name="login_throttle_age"),)

    def __str__(self) -> str:
        return f"{self.failures} failed attempts, the last {self.last_failed_at:%Y-%m-%d %H:%M}"
