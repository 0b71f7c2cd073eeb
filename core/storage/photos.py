"""Where photos live, by the environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from .base import PhotoStorage

Configurations = Mapping[str, Mapping[str, Any]]

# The option without which a storage cannot be used, and the variable that sets it.
_NEEDED = {"mongodb": ("uri", "MONGODB_URI"), "s3": ("bucket_name", "S3_BUCKET")}
_ADDRESSING_STYLES = ("path", "virtual", "auto")


def photo_storages(env: Any, data_dir: Path) -> dict[str, dict[str, Any]]:
    """Every storage as Django's `STORAGES` describes one, with what the environment says of it."""
    return {
        "local": {"BACKEND": "core.storage.local.LocalStorage", "OPTIONS": {"location": data_dir / "photos"}},
        "mongodb": {
            "BACKEND": "core.storage.gridfs.GridFSStorage",
            "OPTIONS": {"uri": env.str("MONGODB_URI", ""), "database": env.str("MONGODB_DATABASE", "posesite")},
        },
        "s3": {
            "BACKEND": "core.storage.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": env.str("S3_BUCKET", ""),
                "endpoint_url": env.str("S3_ENDPOINT_URL", "") or None,  # none: AWS
                "public_endpoint_url": env.str("S3_PUBLIC_ENDPOINT_URL", "") or None,
                "region_name": env.str("S3_REGION", "us-east-1"),
                # None: whatever the machine itself is given, such as a role.
                "access_key": env.str("S3_ACCESS_KEY_ID", "") or None,
                "secret_key": env.str("S3_SECRET_ACCESS_KEY", "") or None,
                "addressing_style": _addressing_style(env.str("S3_ADDRESSING_STYLE", "path")),
                "has_links": env.bool("S3_REDIRECTS", False),
            },
        },
    }


def chosen(name: str, configurations: Configurations) -> dict[str, Any]:
    """The named storage's configuration. Raises ImproperlyConfigured naming what is wrong or missing."""
    if name not in configurations:
        raise ImproperlyConfigured(f'PHOTO_STORAGE is one of {", ".join(configurations)}, not "{name}".')
    option, variable = _NEEDED.get(name, ("", ""))
    if option and not configurations[name]["OPTIONS"].get(option):
        raise ImproperlyConfigured(f'The storage "{name}" needs {variable} to be set.')
    return dict(configurations[name])


def storage_named(name: str) -> PhotoStorage:
    """A storage that the environment describes, whether or not it is the one in use. Raises ImproperlyConfigured."""
    configuration = chosen(name, settings.PHOTO_STORAGES)
    return cast(PhotoStorage, import_string(configuration["BACKEND"])(**configuration["OPTIONS"]))


def _addressing_style(style: str) -> str:
    if style not in _ADDRESSING_STYLES:
        raise ImproperlyConfigured(f'S3_ADDRESSING_STYLE is one of {", ".join(_ADDRESSING_STYLES)}, not "{style}".')
    return style
