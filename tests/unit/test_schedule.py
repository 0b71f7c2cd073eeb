"""What is done daily: one list for beat and for cron."""

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import get_commands

from core import schedule, tasks
from core.schedule import DAILY, schedule_settings


def made(trigger: str) -> tuple[dict[str, object], list[tuple[str, str, list[str]]]]:
    """What beat sends, and the lines of the crontab."""
    made = schedule_settings(trigger, prefix="", suffix="")
    return made["CELERY_BEAT_SCHEDULE"], made["CRONJOBS"]


def test_beat_has_the_daily_commands_unless_told_otherwise():
    assert set(settings.CELERY_BEAT_SCHEDULE) == {"sweep"} | {job.command for job in DAILY}
    assert settings.CRONJOBS == []


def test_the_daily_commands_are_there_and_each_is_named_once():
    commands = [job.command for job in DAILY]
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
    assert ("10 3 * * *", "core.schedule.run", ["clear_api_sessions"]) in lines
    assert [command for _, _, [command] in lines] == [job.command for job in DAILY]


def test_what_stands_around_a_job_in_the_crontab_comes_from_outside():
    made = schedule_settings("cron", prefix=". /etc/site;", suffix=">> /var/log/site")
    assert made["CRONTAB_COMMAND_PREFIX"] == ". /etc/site;"
    assert made["CRONTAB_COMMAND_SUFFIX"] == ">> /var/log/site"
    assert made["CRONTAB_DJANGO_SETTINGS_MODULE"] == "posesite.settings.testing"


def test_another_trigger_is_refused():
    with pytest.raises(ImproperlyConfigured, match="beat, cron"):
        schedule_settings("systemd", prefix="", suffix="")


def test_no_other_command_can_be_sent(monkeypatch):
    called = []
    monkeypatch.setattr(schedule, "call_command", called.append)
    with pytest.raises(ValueError, match="flush is no daily command"):
        tasks.command("flush")
    tasks.command("clear_api_sessions")
    assert called == ["clear_api_sessions"]


def test_a_long_command_is_not_sent_a_second_time():
    assert tasks.command.acks_late is False
    assert tasks.command.time_limit > settings.CELERY_TASK_TIME_LIMIT
