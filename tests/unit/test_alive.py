"""Workers and beat touch a file."""

from celery.signals import after_task_publish, task_received

from core import alive


def test_a_task_that_is_sent_or_received_is_a_sign_of_life(settings, tmp_path):
    settings.ALIVE_FILE = str(tmp_path / "alive")
    after_task_publish.send(sender="core.sweep")
    assert (tmp_path / "alive").exists()
    (tmp_path / "alive").unlink()
    task_received.send(sender=None)
    assert (tmp_path / "alive").exists()


def test_nothing_is_touched_where_nobody_watches(settings, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings.ALIVE_FILE = ""
    alive.touch()
    assert list(tmp_path.iterdir()) == []
