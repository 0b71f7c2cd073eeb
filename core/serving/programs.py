"""What a whole site on one machine consists of."""

import sys

from .supervisor import Program

# Pages come before background work where both want the same cores.
_WORKER_NICE = 5
_CELERY = (sys.executable, "-m", "celery", "--quiet", "--app", "posesite")


def web(host: str, port: int) -> Program:
    """The web server."""
    uvicorn = (sys.executable, "-m", "uvicorn", "posesite.asgi:application")
    listening = ("--host", host, "--port", str(port))
    quiet = ("--log-level", "warning", "--no-access-log", "--no-server-header", "--no-proxy-headers")
    return Program("web", (*uvicorn, *listening, *quiet, "--lifespan", "off", "--timeout-graceful-shutdown", "20"))


def worker() -> Program:
    """Background work, in as many processes as the setting says."""
    queues = ("--queues", "upkeep,work")
    quiet = ("--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat")
    return Program("worker", (*_CELERY, "worker", *queues, *quiet), nice=_WORKER_NICE)


def beat() -> Program:
    """What sends the regular tasks; its schedule is made anew at each start, for a file of it can be damaged."""
    return Program("beat", (*_CELERY, "beat", "--loglevel", "WARNING", "--scheduler", "celery.beat:Scheduler"))
