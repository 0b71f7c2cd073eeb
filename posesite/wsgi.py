"""The WSGI application, for hosts without an ASGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posesite.settings.production")
application = get_wsgi_application()
