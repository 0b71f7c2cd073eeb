"""What is done daily or weekly: one list for beat and for cron."""

from datetime import datetime

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import get_commands
from django.utils import timezone

from core import schedule, tasks
from core.schedule import JOBS, schedule_settings


def made(trigger: str, **zones: str) -> tuple[dict[str, object], list[tuple[str, str, list[str], dict[str, bool]]]]:
    """What beat sends, and the lines of the crontab."""
    made = schedule_settings(trigger, prefix="", suffix="", **zones)
    return made["CELERY_BEAT_SCHEDULE"], made["CRONJOBS"]


def test_beat_has_the_daily_commands_unless_told_otherwise():
    assert set(settings.CELERY_BEAT_SCHEDULE) == {"sweep"} | {job.command for job in JOBS}
    assert settings.CRONJOBS == []


def test_the_daily_commands_are_there_and_each_is_named_once():
    commands = [job.command for job in JOBS]
    assert "clear_api_sessions" in commands
    assert len(set(commands)) == len(commands)
    assert set(commands) <= set(get_commands())


def test_beat_sends_a_command_at_its_moment():
    beat, lines = made("beat")
    entry = beat["clear_api_sessions"]
    assert lines == []
    assert entry["task"] == tasks.command.name
    assert entry["args"] == ["clear_api_sessions"]
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {10})


def test_cron_has_the_same_moments_and_beat_then_only_sweeps():
    beat, lines = made("cron")
    assert set(beat) == {"sweep"}
    assert ("10 3 * * *", "core.schedule.run", ["clear_api_sessions"], {}) in lines
    assert ("59 23 * * *", "core.schedule.run", ["backup"], {}) in lines
    assert ("30 4 * * 0", "core.schedule.run", ["restore_drill"], {}) in lines
    assert [command for _, _, [command], _ in lines] == [job.command for job in JOBS]


def test_what_stands_around_a_job_in_the_crontab_comes_from_outside():
    made = schedule_settings("cron", prefix=". /etc/site;", suffix=">> /var/log/site")
    assert made["CRONTAB_COMMAND_PREFIX"] == ". /etc/site;"
    assert made["CRONTAB_COMMAND_SUFFIX"] == ">> /var/log/site"
    assert made["CRONTAB_DJANGO_SETTINGS_MODULE"] == "posesite.settings.testing"


@pytest.mark.parametrize(
    ("zone", "cron_zone", "line"),
    [
        ("Europe/Berlin", "Europe/Berlin", "59 23 * * *"),
        ("Europe/Berlin", "", "59 23 * * *"),
        ("Europe/Berlin", "UTC", "59 * * * *"),
        ("Asia/Kolkata", "UTC", "29 * * * *"),
        # Its summer is half an hour.
        ("Australia/Lord_Howe", "UTC", "29,59 * * * *"),
    ],
)
def test_where_crons_clock_is_another_it_asks_every_hour(zone, cron_zone, line):
    _, lines = made("cron", zone=zone, cron_zone=cron_zone)
    [found] = [found for found in lines if found[2] == ["backup"]]
    assert found[0] == line
    assert found[3] == ({} if line.startswith("59 23") else {"is_hourly": True})


@pytest.mark.parametrize(
    ("command", "at", "is_due"),
    [
        # Berlin is an hour ahead of UTC in winter and two in summer.
        ("backup", "2026-01-10T22:59:03+00:00", True),
        ("backup", "2026-01-10T21:59:03+00:00", False),
        ("backup", "2026-07-10T21:59:03+00:00", True),
        ("backup", "2026-07-10T22:59:03+00:00", False),
        # cron was late, and it is the next day.
        ("backup", "2026-07-10T22:01:00+00:00", True),
        # A Sunday and a Monday.
        ("restore_drill", "2026-07-12T02:30:00+00:00", True),
        ("restore_drill", "2026-07-13T02:30:00+00:00", False),
    ],
)
def test_an_hourly_job_runs_when_the_sites_clock_says_so(monkeypatch, command, at, is_due):
    called = []
    monkeypatch.setattr(schedule, "call_command", called.append)
    with timezone.override("Europe/Berlin"):
        schedule.run(command, is_hourly=True, now=datetime.fromisoformat(at))
    assert called == ([command] if is_due else [])


def test_a_time_zone_that_does_not_exist_is_refused():
    with pytest.raises(ImproperlyConfigured, match="Europe/Berlin"):
        made("cron", zone="Mars/Olympus")


def test_another_trigger_is_refused():
    with pytest.raises(ImproperlyConfigured, match="beat, cron"):
        schedule_settings("systemd", prefix="", suffix="")


def test_no_other_command_can_be_sent(monkeypatch):
    called = []
    monkeypatch.setattr(schedule, "call_command", called.append)
    with pytest.raises(ValueError, match="flush is no job of the schedule"):
        tasks.command("flush")
    tasks.command("clear_api_sessions")
    assert called == ["clear_api_sessions"]


def test_a_long_command_is_not_sent_a_second_time():
    assert tasks.command.acks_late is False
    assert tasks.command.time_limit > settings.CELERY_TASK_TIME_LIMIT
