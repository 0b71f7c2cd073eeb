"""Production refuses to start without its secrets, and on settings that make no sense; real processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
NEEDED = {"SECRET_KEY": "x" * 60 + "0123456789", "ALLOWED_HOSTS": "posesite.example"}
OF_A_SITE = ("DATABASE_URL", "BROKER_URL", "PHOTO_STORAGE", *NEEDED)


def check(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in OF_A_SITE}
    own = {"DJANGO_SETTINGS_MODULE": "posesite.settings.production", "ENV_FILE": os.devnull, "DATA_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**inherited, **own, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_starts_with_what_it_needs(tmp_path):
    assert check(tmp_path, **NEEDED).returncode == 0


@pytest.mark.parametrize("missing", sorted(NEEDED))
def test_it_names_what_is_missing(tmp_path, missing):
    given = {name: value for name, value in NEEDED.items() if name != missing}
    refused = check(tmp_path, **given)
    assert refused.returncode != 0
    assert missing in refused.stderr


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PHOTO_STORAGE", "floppy", "PHOTO_STORAGE"),
        ("PHOTO_STORAGE", "mongodb", "MONGODB_URI"),
        ("PHOTO_STORAGE", "s3", "S3_BUCKET"),
        ("BROKER_URL", "kafka://somebody:s3cret@host", "BROKER_URL"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT"),
        ("SCHEDULE_BY", "hand", "SCHEDULE_BY"),
        ("DATABASE_URL", "mysql://somebody:s3cret@host/name", "database URL"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_without_its_secrets(tmp_path, name, value, told):
    refused = check(tmp_path, **NEEDED, **{name: value})
    assert refused.returncode != 0
    assert told in refused.stderr.splitlines()[-1]
    assert "s3cret" not in refused.stderr
