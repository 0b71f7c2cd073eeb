"""A sign of life of workers and beat, for whoever watches their containers: a file that is touched while they work.

Beat sends a sweep every few seconds, and workers share what arrives. A process that hangs, or that has lost the broker
for good, touches it no more.
"""

from pathlib import Path
from typing import Any

from celery.signals import after_task_publish, task_received
from django.conf import settings


@after_task_publish.connect(dispatch_uid="alive")
@task_received.connect(dispatch_uid="alive")
def touch(**kwargs: Any) -> None:
    """Touches ALIVE_FILE, where one is set."""
    if settings.ALIVE_FILE:
        Path(settings.ALIVE_FILE).touch()
