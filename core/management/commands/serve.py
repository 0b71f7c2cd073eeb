"""Serves the site."""

import os
import socket
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Brings database and static files up to date, then serves the site until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        if "ALLOWED_HOSTS" not in os.environ:
            settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, *_own_names(host)]
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("create_first_admin", verbosity=0)  # a password it makes is printed all the same
        self.stdout.write(f"PoseSite is at http://{host}:{port} (data in {settings.DATA_DIR}). Ctrl-C stops it.")
        uvicorn.run(
            "posesite.asgi:application",
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            proxy_headers=False,
            timeout_graceful_shutdown=20,
        )


def _own_names(host: str) -> set[str]:
    """Under which names others reach a site that listens on `host`: every one of this machine, for all addresses."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104  # compared, not bound
        return {host}
    name = socket.gethostname()
    try:
        addresses = {str(info[4][0]) for info in socket.getaddrinfo(name, None)}
    except OSError:
        addresses = set()
    return {name, socket.getfqdn(), *(f"[{address}]" if ":" in address else address for address in addresses)}
