"""The Celery application of workers and beat."""

import os

from celery import Celery, signals

from core import memory
from core.work import reconnecting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posesite.settings.production")

app = Celery("posesite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
reconnecting.install(app)


@signals.setup_logging.connect
def keep_the_sites_logging(**kwargs: object) -> None:
    """Celery sets up no logging of its own where something answers this signal."""


@signals.worker_init.connect
def keep_one_connection(**kwargs: object) -> None:
    """Before the worker's processes are forked."""
    from core.storage.database import without_pool

    without_pool()


@signals.worker_process_init.connect
def settle(**kwargs: object) -> None:
    """In each process of the worker, once it has begun."""
    memory.keep_what_is_loaded()
