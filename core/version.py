"""Which PoseSite this is."""

import functools
import tomllib
from pathlib import Path


@functools.cache
def version() -> str:
    """As pyproject.toml has it."""
    pyproject = Path(__file__).resolve().parents[1] / "pyproject.toml"
    return str(tomllib.loads(pyproject.read_text())["project"]["version"])
