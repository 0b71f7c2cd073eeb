"""For the suite: fast hashes, mail kept in memory, data in a folder that each run makes."""

import os
import tempfile
from pathlib import Path

os.environ["ENV_FILE"] = os.devnull  # a developer's own settings change no test
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="posesite-tests-"))

from .base import *  # noqa: F403
from .base import BASE_DIR, DATA_DIR, DATABASES, STORAGES, env

SECRET_KEY = "only-for-tests-and-therefore-no-secret-at-all"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
CELERY_BROKER_URL = "memory://"  # a test that wants a worker starts one in its own process
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.01}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# The model is fetched once for all runs, into the folder that `make run` uses too.
POSE_MODELS_DIR = Path(env.str("POSE_MODELS_DIR", str(BASE_DIR / "var" / "models")))
# A file, as in real life: threads that share a database in memory get "table is locked" where they would wait.
DATABASES["default"].get("OPTIONS", {}).pop("pool", None)  # idle connections keep a test database from being dropped
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "tests.sqlite3"}
