"""System checks of the machine."""

import ctypes
from typing import Any

from django.core.checks import CheckMessage, Error, register

# What MediaPipe and OpenCV load at import, and the Debian package that brings it.
_SYSTEM_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
}


@register
def system_libraries(**kwargs: Any) -> list[CheckMessage]:
    """One error that names every package to install, where a library is missing."""
    missing = [package for library, package in _SYSTEM_LIBRARIES.items() if not _is_loadable(library)]
    if not missing:
        return []
    packages = " ".join(missing)
    return [Error(f"System libraries are missing. Install them: apt-get install {packages}", id="core.E001")]


def _is_loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
