"""Serves the site."""

import os
import socket
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from core import metrics
from core.serving import programs
from core.serving.supervisor import Supervisor


class Command(BaseCommand):
    help = "Sets up, then runs web server and background work until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
        parser.add_argument("--web-only", action="store_true", help="workers and beat run elsewhere")
        parser.add_argument("--skip-setup", action="store_true", help="`manage.py setup` has run elsewhere")

    def handle(self, *args: Any, host: str, port: int, web_only: bool, skip_setup: bool, **options: Any) -> None:
        _check_port(host, port)
        if not skip_setup:
            call_command("setup")
            connections.close_all()
        metrics.clear()
        self.stdout.write(f"PoseSite is at http://{host}:{port} (data in {settings.DATA_DIR}). Ctrl-C stops it.")
        children = [programs.web(host, port)]
        if not web_only:
            children += [programs.worker(), programs.beat()]
        Supervisor(children, environment=_environment(host)).run()


def _check_port(host: str, port: int) -> None:
    """Refuses before anything is done; the web server would end again and again."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(f"Cannot listen on {host}:{port} ({error.strerror}). Choose another --port.") from error


def _environment(host: str) -> dict[str, str]:
    """The children's: they find the site wherever it is started from, and answer to the names of its address."""
    path = os.pathsep.join(filter(None, (str(settings.BASE_DIR), os.environ.get("PYTHONPATH"))))
    names = ",".join([*settings.ALLOWED_HOSTS, *_own_names(host)])
    return {"ALLOWED_HOSTS": names, **os.environ, "PYTHONPATH": path}


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
