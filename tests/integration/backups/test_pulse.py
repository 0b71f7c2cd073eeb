"""The sign of life of long work."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.work.pulse import Pulse

from .backup_rows import backup_row

pytestmark = pytest.mark.django_db


def test_each_step_is_timed_from_its_beginning():
    backup = backup_row(status="running")
    pulse = Pulse(backup, lease=timedelta(minutes=2))
    before = timezone.now()
    pulse.step("files", total=6)
    backup.refresh_from_db()
    first = backup.step_started_at
    assert before <= first <= timezone.now()
    pulse.step("verifying", total=6)
    backup.refresh_from_db()
    assert backup.step_started_at > first
    assert (backup.step, backup.progress_done, backup.progress_total) == ("verifying", 0, 6)
