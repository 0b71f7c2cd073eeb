"""What the tests of depth scans share: CSVs, scans that are really imported, and a worker."""

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from rest_framework.test import APIClient

from accounts.models import User
from core.work import claims, kinds, running
from frames import queue
from frames.models import DepthImport, DepthScan
from frames.services.creating import create_scan
from tests import broker
from tests.integration.poses.conftest import api_of, stored_files

__all__ = ["api_of", "stored_files"]

NOBODYS = "0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10"
WIDTH = 4


@pytest.fixture(autouse=True)
def _no_message_from_elsewhere() -> Iterator[None]:
    broker.messages()
    yield
    broker.messages()


@pytest.fixture
def api(user: User) -> APIClient:
    """The API as the user sees it."""
    return api_of(user)


@pytest.fixture
def stranger_api(stranger: User) -> APIClient:
    """The API as someone else sees it."""
    return api_of(stranger)


def depths_of(rows: int, *, first: float = 9000.1, step: float = 0.1) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Depths as an instrument logs them: (rows,), a step apart, with few decimals."""
    return np.round(first + step * np.arange(rows), 6)


def greys_of(rows: int, width: int = WIDTH, *, seed: int = 0) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Random grey values (rows, width)."""
    return np.random.default_rng(seed).integers(0, 256, (rows, width), np.uint8)


def make_csv(
    depths: Sequence[object] | np.ndarray[Any, Any], grey: np.ndarray[Any, Any], *, header: str | None = None
) -> bytes:
    """A CSV of depths (n,) and grey values (n, width); `header` takes the place of `depth,col1,…`."""
    names = ",".join(f"col{column}" for column in range(1, grey.shape[1] + 1)) if header is None else ""
    lines = [f"depth,{names}" if header is None else header]
    lines += [",".join(map(str, (depth, *row))) for depth, row in zip(list(depths), grey.tolist(), strict=True)]
    return "\n".join([*lines, ""]).encode()


def work_through() -> None:
    """Imports all that waits, as a worker would: the transactions of tests never end, so nothing is sent to one."""
    kind = kinds.kind_named(queue.IMPORT)
    for item in claims.claim(DepthImport.objects.all(), lease=queue.LEASE):
        running.work_on(kind, item)


@pytest.fixture
def make_scan(user: User, settings: Any) -> Callable[..., DepthScan]:
    """A scan of 10 rows of 4 values unless `depths` (n,) and `grey` (n, width) say otherwise, really imported."""

    def make(
        owner: User | None = None,
        *,
        depths: Any = None,
        grey: Any = None,
        name: str = "North well",
        unit: str = "m",
        content: bytes | None = None,
        is_strict: bool = True,
    ) -> DepthScan:
        if depths is None:
            depths = depths_of(10 if grey is None else len(grey))
        csv = make_csv(depths, greys_of(len(depths)) if grey is None else grey) if content is None else content
        item = create_scan(
            owner=owner or user,
            name=name,
            unit=unit,
            stream=io.BytesIO(csv),
            size_bytes=len(csv),
            file_name="scan.csv",
            is_strict=is_strict,
        )
        work_through()
        item.refresh_from_db()
        assert item.status == DepthImport.Status.COMPLETED, item.error_message
        return DepthScan.objects.get(pk=item.scan_id)

    return make


@pytest.fixture
def scan(make_scan: Callable[..., DepthScan]) -> DepthScan:
    """One of the user's, with 10 rows."""
    return make_scan()
