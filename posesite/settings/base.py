"""Settings that every environment shares; everything that differs between sites comes from the environment.

`.env.example` lists each variable that is read here.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ

from core.logs import logging_settings
from core.outbound.settings import allowed_networks, allowed_ports
from core.schedule import schedule_settings
from core.storage import photos
from core.storage.database import database_settings
from core.work.settings import celery_settings

# Lets annotations such as ModelAdmin[Photo] stand in base classes.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()
# A file of settings, where there is one; what the environment says comes first.
environ.Env.read_env(env.str("ENV_FILE", str(BASE_DIR / ".env")))

DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "var"))).absolute()
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "posesite.admin.SiteAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "anymail",
    "django_crontab",
    "core",
    "accounts",
    "poses",
    "frames",
    "batches",
    "backups",
]

MIDDLEWARE = [
    "core.middleware.request_id",
    "core.middleware.observed",
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.content_security_policy",
    "core.middleware.api_trailing_slash",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.UnavailablePages",
]

ROOT_URLCONF = "posesite.urls"
ASGI_APPLICATION = "posesite.asgi.application"
WSGI_APPLICATION = "posesite.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.registration",
            ]
        },
    }
]

WEB_THREADS = env.int("WEB_THREADS", 8)
DATABASES: dict[str, dict[str, Any]] = {
    "default": database_settings(
        env.str("DATABASE_URL", f"sqlite:///{DATA_DIR / 'posesite.sqlite3'}"), threads=WEB_THREADS
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(DATA_DIR / "static"))).absolute()
STATIC_IS_COLLECTED = "STATIC_ROOT" in env  # as in the image, where nobody may write to it
STATICFILES_DIRS = [BASE_DIR / "static"]
SERVESTATIC_USE_ZSTD = False
PHOTO_STORAGE = env.str("PHOTO_STORAGE", "local")
PHOTO_STORAGES = photos.photo_storages(env, DATA_DIR)
STORAGE_EVENTS_TOKEN = env.str("STORAGE_EVENTS_TOKEN", "")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "photos": photos.chosen(PHOTO_STORAGE, PHOTO_STORAGES),
    "staticfiles": {"BACKEND": "core.storage.static.StaticStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640
MAX_BODY_BYTES = 26 << 20  # a photo of 25 MB and the form around it

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "poses:gallery"
LOGOUT_REDIRECT_URL = "accounts:login"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
REGISTRATION_IS_OPEN = env.bool("REGISTRATION_IS_OPEN", True)
ADMIN_EMAIL = env.str("ADMIN_EMAIL", "admin@localhost")  # of the administrator whom the first run makes

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "PoseSite <posesite@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ANYMAIL: dict[str, Any] = env.json("ANYMAIL", default={})

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.ApiSessionAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.BoundedJSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.NewestFirstPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.errors.exception_handler",
    "NUM_PROXIES": env.int("NUM_PROXIES", 0),
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SIMPLE_JWT: dict[str, Any] = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "LEEWAY": timedelta(seconds=60),
    "CHECK_REVOKE_TOKEN": True,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "PoseSite",
    "DESCRIPTION": "Human pose from photos: upload a photo, read 33 named keypoints a person, correct them.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "ENUM_NAME_OVERRIDES": {
        "WorkStatusEnum": "core.work.item.WorkItem.Status",
        "LogStatusEnum": "poses.models.LogEntry.Status",
        "BatchStageEnum": "batches.models.Batch.Stage",
        "BatchRowStateEnum": "batches.models.BatchRow.State",
        "BatchStatusEnum": "batches.selectors.standing.Standing",
        "BatchImageStatusEnum": "batches.selectors.standing.ImageStanding",
        "DeliveryStatusEnum": "batches.models.Delivery.Status",
        "DepthImportModeEnum": "frames.api.serializers.MODES",
        "DepthFindingCodeEnum": "frames.formats.findings.Code",
        "BackupKindEnum": "backups.models.Backup.Kind",
        "BackupStatusEnum": "backups.selectors.states.BackupState",
        "BackupCheckKindEnum": "backups.models.Check.Kind",
        "BackupCheckStatusEnum": "backups.selectors.states.CheckState",
        "PhotoSourceEnum": "poses.models.Photo.Source",
        "RevisionSourceEnum": "poses.models.PoseRevision.Source",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums"],
}

globals().update(
    celery_settings(
        env.str("BROKER_URL", "folder://"),
        folder=DATA_DIR / "broker",
        concurrency=env.int("WORKERS", 0),  # 0: one a core
        timezone=TIME_ZONE,
    )
)
globals().update(
    schedule_settings(
        env.str("SCHEDULE_BY", "beat"),
        prefix=env.str("CRONTAB_COMMAND_PREFIX", ""),
        suffix=env.str("CRONTAB_COMMAND_SUFFIX", ""),
        zone=TIME_ZONE,
        cron_zone=env.str("CRON_TIME_ZONE", ""),
    )
)
ALIVE_FILE = env.str("ALIVE_FILE", "")  # what a worker or beat touches while it works

POSE_MODELS_DIR = Path(env.str("POSE_MODELS_DIR", str(DATA_DIR / "models"))).absolute()
POSE_MODEL = env.str("POSE_MODEL", "pose_landmarker_full")
POSE_PEOPLE = env.int("POSE_PEOPLE", 5)
POSE_MIN_CONFIDENCE = env.float("POSE_MIN_CONFIDENCE", 0.5)
POSE_THREADS = env.int("POSE_THREADS", 0)  # 0: one a core

# What users' addresses may lead to besides ports 80 and 443 of the public internet.
OUTBOUND_ALLOWED_NETWORKS = allowed_networks(env.list("OUTBOUND_ALLOWED_NETWORKS", default=[]))
OUTBOUND_ALLOWED_PORTS = allowed_ports(env.list("OUTBOUND_ALLOWED_PORTS", default=[]))

# Shifts of workers on batches at a time: as many as there are worker processes, on all machines together.
BATCH_SHIFTS = env.int("BATCH_SHIFTS", 0) or env.int("WORKERS", 0) or len(os.sched_getaffinity(0))
BATCH_MAX_ROWS = env.int("BATCH_MAX_ROWS", 50_000)
BATCH_MAX_URLS = env.int("BATCH_MAX_URLS", 100_000)

# A million rows of 200 values are some 750 MB of CSV.
DEPTH_MAX_BYTES = env.int("DEPTH_MAX_MB", 1000) * 1_000_000
DEPTH_MAX_ROWS = env.int("DEPTH_MAX_ROWS", 1_000_000)
DEPTH_THIN_WIDTH = env.int("DEPTH_THIN_WIDTH", 150)  # pixels a row, as new scans are shown
# With some room for a file that is only just too large, and is told so by the field.
LARGER_BODIES = dict.fromkeys(("/frames/", "/api/depth-scans"), DEPTH_MAX_BYTES + (10 << 20))

# One folder for all parts of the site that make or read backups.
BACKUP_DIR = Path(env.str("BACKUP_DIR", str(DATA_DIR / "backups"))).absolute()
BACKUP_PASSPHRASE = env.str("BACKUP_PASSPHRASE", "")  # without one backups are not encrypted
BACKUP_EMAILS: list[str] = env.list("BACKUP_EMAILS", default=[])
BACKUP_COPY_TO = env.str("BACKUP_COPY_TO", "")  # a storage of photos, or an alias of STORAGES
BACKUP_KEEP_DAILY = env.int("BACKUP_KEEP_DAILY", 7)
BACKUP_KEEP_WEEKLY = env.int("BACKUP_KEEP_WEEKLY", 4)
BACKUP_KEEP_MONTHLY = env.int("BACKUP_KEEP_MONTHLY", 12)
POSTGRESQL_BIN = env.str("POSTGRESQL_BIN", "")  # the folder of pg_dump, pg_restore and psql, unless PATH has them
SITE_URL = env.str("SITE_URL", "").rstrip("/")  # how people reach the site, for links in e-mails without a request

LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOGGING: dict[str, Any] = logging_settings(level=LOG_LEVEL, line_format=env.str("LOG_FORMAT", "text"))

METRICS_DIR = DATA_DIR / "metrics"  # what each process has counted
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
