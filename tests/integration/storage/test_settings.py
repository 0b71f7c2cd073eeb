"""The environment chooses the storage, and says what is wrong with it."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from core.storage.gridfs import GridFSStorage
from core.storage.local import LocalStorage
from core.storage.photos import storage_named
from core.storage.s3 import S3Storage
from tests.servers import ROOT


def started_with(**variables: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import django; django.setup(); from django.core.files.storage import storages;"
        "print(type(storages['photos']).__name__)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "posesite.settings.testing", **variables}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("variables", "storage"),
    [
        ({}, "LocalStorage"),
        ({"PHOTO_STORAGE": "mongodb", "MONGODB_URI": "mongodb://127.0.0.1:9"}, "GridFSStorage"),
        ({"PHOTO_STORAGE": "s3", "S3_BUCKET": "photos"}, "S3Storage"),
    ],
)
def test_the_environment_chooses_the_storage(variables, storage):
    assert started_with(**variables).stdout == f"{storage}\n"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"PHOTO_STORAGE": "tape"}, 'PHOTO_STORAGE is one of local, mongodb, s3, not "tape"'),
        ({"PHOTO_STORAGE": "mongodb"}, "needs MONGODB_URI to be set"),
        ({"PHOTO_STORAGE": "s3"}, "needs S3_BUCKET to be set"),
        ({"S3_ADDRESSING_STYLE": "sideways"}, "S3_ADDRESSING_STYLE is one of"),
    ],
)
def test_what_is_wrong_or_missing_is_named(variables, message):
    finished = started_with(**variables)
    assert finished.returncode != 0
    assert message in finished.stderr


def test_any_configured_storage_is_built_by_name(settings):
    settings.PHOTO_STORAGES = {
        **settings.PHOTO_STORAGES,
        "mongodb": settings.PHOTO_STORAGES["mongodb"] | {"OPTIONS": {"uri": "mongodb://h", "database": "d"}},
        "s3": settings.PHOTO_STORAGES["s3"] | {"OPTIONS": {"bucket_name": "photos", "region_name": "us-east-1"}},
    }
    kinds = [type(storage_named(name)) for name in ("local", "mongodb", "s3")]
    assert kinds == [LocalStorage, GridFSStorage, S3Storage]


@pytest.mark.parametrize(("name", "variable"), [("mongodb", "MONGODB_URI"), ("s3", "S3_BUCKET")])
def test_a_storage_that_is_not_configured_names_its_variable(name, variable):
    with pytest.raises(ImproperlyConfigured, match=variable):
        storage_named(name)
