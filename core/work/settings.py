"""Celery's settings for a broker's URL."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from . import folder_broker

_SCHEMES = (folder_broker.SCHEME, "redis", "rediss", "amqp", "amqps", "memory")
# Redis sends a message again that was not acknowledged for this long: longer than any task and its time limit.
_REDIS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    "socket_keepalive": True,
    "health_check_interval": 25,
}


def celery_settings(url: str, *, folder: Path, concurrency: int, timezone: str) -> dict[str, Any]:
    """Django settings named `CELERY_…`; `folder` is that of messages where the URL is `folder://`.

    Raises ImproperlyConfigured, whose text never carries the URL: there may be a password in it.
    """
    if url.partition("://")[0] not in _SCHEMES:
        raise ImproperlyConfigured(f"BROKER_URL begins with one of {', '.join(f'{name}://' for name in _SCHEMES)}.")
    if url.startswith(f"{folder_broker.SCHEME}://"):
        url = f"{folder_broker.SCHEME}://localhost"  # kombu warns of an address without a host
    return {
        "CELERY_BROKER_URL": url,
        "CELERY_BROKER_TRANSPORT_OPTIONS": _transport_options(url, folder),
        "CELERY_BROKER_CONNECTION_TIMEOUT": 2,
        "CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP": True,
        "CELERY_BROKER_CONNECTION_MAX_RETRIES": None,
        "CELERY_TASK_DEFAULT_QUEUE": "work",
        # Taking up what was lost does not wait behind a long queue.
        "CELERY_TASK_ROUTES": {"core.work": {"queue": "work"}, "*": {"queue": "upkeep"}},
        "CELERY_TASK_ACKS_LATE": True,
        "CELERY_TASK_REJECT_ON_WORKER_LOST": True,
        "CELERY_TASK_IGNORE_RESULT": True,
        # No soft limit: it would end in the middle of whichever row is at work. A killed worker's rows are tried alone.
        "CELERY_TASK_TIME_LIMIT": 120,
        "CELERY_TASK_SERIALIZER": "json",
        "CELERY_ACCEPT_CONTENT": ["json"],
        "CELERY_WORKER_CONCURRENCY": concurrency or None,
        # The next message is at hand when one is done; a transport that polls would let the process wait for it.
        "CELERY_WORKER_PREFETCH_MULTIPLIER": 2,
        "CELERY_WORKER_ENABLE_REMOTE_CONTROL": False,
        "CELERY_WORKER_HIJACK_ROOT_LOGGER": False,
        "CELERY_WORKER_REDIRECT_STDOUTS": False,
        "CELERY_TIMEZONE": timezone,
    }


def _transport_options(url: str, folder: Path) -> dict[str, Any]:
    scheme = url.partition("://")[0]
    if scheme == folder_broker.SCHEME:
        folder_broker.register()
        return folder_broker.options(folder)
    return dict(_REDIS) if scheme in ("redis", "rediss") else {}
