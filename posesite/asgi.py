"""The ASGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posesite.settings.production")

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application

from core import asgi

wsgi = get_wsgi_application()
application = asgi.site(
    StaticFilesHandler(wsgi) if settings.DEBUG else wsgi,
    static_root=settings.STATIC_ROOT,
    static_prefix=f"/{settings.STATIC_URL.lstrip('/')}",
    threads=settings.WEB_THREADS,
    max_body_bytes=settings.MAX_BODY_BYTES,
)
