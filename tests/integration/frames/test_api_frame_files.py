"""GET /api/frames/ as a strip, as CSV and as NPY."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from frames.imaging import colormaps
from frames.imaging.strip import FOOTER_PX, HEADER_PX
from frames.imaging.thinning import thin
from frames.models import DepthScan
from frames.selectors import blocks
from frames.selectors.blocks import ScanChanged

from .conftest import greys_of
from .test_api_frames import append

URL = "/api/frames/"
ALL = {"depth_min": -10_000_000, "depth_max": 10_000_000}


def content_of(response) -> bytes:
    assert response.status_code == 200
    return response.getvalue()


def stored(scan: DepthScan) -> tuple[list[float], list[list[int]]]:
    """The scan's depths and grey values, as the database has them."""
    scan.refresh_from_db()
    found = list(blocks.contents(scan, level=0, positions=range(100), wants=("grey",)))
    return np.concatenate([b.depths for b in found]).tolist(), np.concatenate([b.grey for b in found]).tolist()


@pytest.fixture
def odd_scan(make_scan) -> DepthScan:
    """3,000 rows at irregular depths of many digits, upward in the file, of random values."""
    random = np.random.default_rng(5)
    depths = np.unique(np.round(random.uniform(-50, 9000, 3000) * 10.0 ** random.integers(-6, 1, 3000), 6))
    return make_scan(depths=depths[::-1], grey=random.integers(0, 256, (len(depths), 7), np.uint8), name="Wéll no. 1")


def test_a_csv_is_imported_again_as_the_same_numbers(api, odd_scan, make_scan):
    response = api.get(URL, {**ALL, "format": "csv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="well-no-1_-10000000-10000000.csv"'
    content = content_of(response)
    assert content.startswith(b"depth,col1,col2,col3,col4,col5,col6,col7\n")
    assert stored(make_scan(content=content)) == stored(odd_scan)


def test_numpy_loads_an_npy_of_the_same_numbers(api, odd_scan):
    response = api.get(URL, {**ALL, "format": "npy"})
    assert response["Content-Disposition"].endswith('.npy"')
    content = content_of(response)
    assert response["Content-Length"] == str(len(content))
    rows = np.load(io.BytesIO(content), allow_pickle=False)
    assert (rows["depth"].tolist(), rows["grey"].tolist()) == stored(odd_scan)
    assert rows.dtype == np.dtype([("depth", "<f8"), ("grey", "u1", (7,))])


def test_a_range_and_a_limit_cut_both(api, scan):
    span = {"depth_min": 9000.3, "depth_max": 9000.9, "limit": 3}
    lines = content_of(api.get(URL, {**span, "format": "csv"})).decode().splitlines()
    assert [line.split(",")[0] for line in lines] == ["depth", "9000.3", "9000.4", "9000.5"]
    assert lines[1].split(",")[1:] == [str(value) for value in greys_of(10)[2]]
    rows = np.load(io.BytesIO(content_of(api.get(URL, {**span, "format": "npy"}))))
    assert rows["grey"].tolist() == greys_of(10)[2:5].tolist()


def test_a_range_without_rows_is_a_header_alone(api, scan):
    span = {"depth_min": 1, "depth_max": 2}
    assert content_of(api.get(URL, {**span, "format": "csv"})) == b"depth,col1,col2,col3,col4\n"
    assert np.load(io.BytesIO(content_of(api.get(URL, {**span, "format": "npy"})))).shape == (0,)


def strip_of(response) -> np.ndarray[Any, Any]:
    """The rows of a strip without its axis: (n, 150, 3)."""
    with Image.open(io.BytesIO(content_of(response))) as image:
        return np.asarray(image.convert("RGB"))[HEADER_PX:-FOOTER_PX, -150:]


def test_a_strip_has_the_rows_beside_an_axis(api, make_scan):
    grey = greys_of(100, 60)
    scan = make_scan(grey=grey)
    parameters = {"depth_min": 9001, "depth_max": 9005, "format": "png", "colormap": "viridis", "vmin": 20}
    response = api.get(URL, parameters)
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert response["Content-Disposition"] == 'inline; filename="north-well_9001-9005.png"'
    lut = colormaps.windowed(colormaps.colormap("viridis"), 20, 255)
    assert np.array_equal(strip_of(response), lut[thin(grey, 150)[9:50]])
    scan.unit = "ft"
    scan.save()
    assert api.get(URL, parameters).content != response.content


@pytest.mark.parametrize("kind", ["png", "csv", "npy"])
def test_refusals_are_json_and_an_empty_scan_has_no_file(kind, api, user):
    for more in ({}, {"scan": DepthScan.objects.create(owner=user, name="Still empty").pk}):
        response = api.get(URL, {**ALL, "format": kind, **more})
        assert (response.status_code, response["Content-Type"]) == (404, "application/json")
        assert response.json()["code"] == "no_rows"
    assert api.get(URL, {"format": kind}).json()["code"] == "invalid"


def test_a_strip_of_no_rows_says_where_there_are_some(api, scan):
    body = api.get(URL, {"depth_min": 1, "depth_max": 2, "format": "png"}).json()
    assert body["code"] == "no_rows"
    assert body["message"] == "There are no rows from 1 to 2; the scan has depths from 9000.1 to 9001 m."


def test_a_strip_has_a_limit_of_its_own(api, scan):
    assert len(strip_of(api.get(URL, {**ALL, "format": "png", "limit": 20_000}))) == 10
    assert list(api.get(URL, {**ALL, "format": "png", "limit": 20_001}).json()["fields"]) == ["limit"]
    assert len(content_of(api.get(URL, {**ALL, "format": "csv", "limit": 10**30})).splitlines()) == 11


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("image/png", "image/png"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/x-npy, */*;q=0.1", "application/x-npy"),
        ("application/json, text/csv", "application/json"),
        ("*/*", "application/json"),
    ],
)
def test_without_a_format_it_is_what_the_caller_accepts(accept, content_type, api, scan):
    assert api.get(URL, ALL, headers={"accept": accept})["Content-Type"] == content_type


def test_a_format_counts_for_more_than_what_the_caller_accepts(api, scan):
    response = api.get(URL, {**ALL, "format": "csv"}, headers={"accept": "application/json"})
    assert response["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize("kind", ["png", "csv", "npy"])
def test_files_have_etags_and_heads_too(kind, api, scan):
    asked = {**ALL, "format": kind}
    whole, head = api.get(URL, asked), api.head(URL, asked)
    assert (head.status_code, head.getvalue(), head["ETag"]) == (200, b"", whole["ETag"])
    assert whole["Cache-Control"] == "private, no-cache"
    assert api.get(URL, asked, headers={"if-none-match": whole["ETag"]}).status_code == 304
    append(scan)
    assert api.get(URL, asked, headers={"if-none-match": whole["ETag"]}).status_code == 200


def test_a_csv_whose_scan_changes_ends_without_its_end_and_not_with_mixed_rows(api, make_scan):
    scan = make_scan(grey=greys_of(10_000))
    pieces = iter(api.get(URL, {**ALL, "format": "csv"}).streaming_content)
    assert next(pieces).startswith(b"depth,")
    append(scan, first=1.0)
    with pytest.raises(ScanChanged):
        list(pieces)


def test_a_csv_takes_as_many_reads_as_it_has_eight_blocks(api, make_scan, django_assert_num_queries):
    make_scan(grey=greys_of(10_000, 2))
    with django_assert_num_queries(5):
        assert content_of(api.get(URL, {**ALL, "format": "csv"})).count(b"\n") == 10_001
