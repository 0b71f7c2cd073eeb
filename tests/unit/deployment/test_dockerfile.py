"""The image holds what the containers need, and nothing of a developer's own."""

import re
from pathlib import Path

from core.checks import _SYSTEM_LIBRARIES

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "Dockerfile").read_text()


def test_it_installs_every_system_library_that_the_checks_ask_for():
    assert len(_SYSTEM_LIBRARIES) > 3
    assert [package for package in _SYSTEM_LIBRARIES.values() if f" {package} " not in TEXT] == []


def test_it_pins_its_base_and_what_it_installs():
    assert re.findall(r"^FROM (.*)$", TEXT, re.MULTILINE) == ["python:3.12-slim-trixie"]
    assert "--require-hashes -r requirements.txt" in TEXT


def test_it_runs_as_a_user_of_its_own_who_owns_no_code():
    assert TEXT.rindex("USER posesite") > TEXT.rindex("RUN ")
    assert "--chown" not in TEXT


def test_no_secret_is_built_in():
    assert re.findall(r"SECRET|PASSWORD|TOKEN", TEXT) == []
    assert {".env", "var", ".git", "deploy/certificates"} <= set((ROOT / ".dockerignore").read_text().splitlines())
