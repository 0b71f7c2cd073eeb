"""For the suite: fast hashes, mail kept in memory, data in a folder that each run makes."""

import os
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="posesite-tests-"))

from .base import *  # noqa: E402, F403
from .base import BASE_DIR, STORAGES, env  # noqa: E402

SECRET_KEY = "only-for-tests-and-therefore-no-secret-at-all"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = True
# The model is fetched once for all runs, into the folder that `make run` uses too.
POSE_MODELS_DIR = BASE_DIR / env.str("TEST_MODELS_DIR", "var/models")
