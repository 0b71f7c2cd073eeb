"""The ASGI application."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posesite.settings.production")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402

from accounts.api.senders import is_logged_in  # noqa: E402
from core import memory  # noqa: E402
from core.asgi import ThreadedDjango, with_static_files  # noqa: E402

application = with_static_files(
    ThreadedDjango(
        threads=settings.WEB_THREADS,
        max_body_bytes=settings.MAX_BODY_BYTES,
        larger_bodies=settings.LARGER_BODIES,
        may_send_more=is_logged_in,
    ),
    root=settings.STATIC_ROOT,
    prefix=f"/{settings.STATIC_URL.lstrip('/')}",
)

memory.keep_what_is_loaded()
