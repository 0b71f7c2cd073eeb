"""The Celery application of workers and beat."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posesite.settings.production")

app = Celery("posesite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
