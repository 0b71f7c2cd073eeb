"""GET /api/frames/ as JSON: which rows, of which scan, in which colours; and what is refused."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from frames.api import answers
from frames.imaging import colormaps
from frames.imaging.thinning import thin
from frames.models import BLOCK_ROWS, DepthScan
from frames.selectors import frames as selector
from frames.selectors.blocks import ScanChanged
from frames.services import scans
from frames.services.creating import import_into

from .conftest import NOBODYS, depths_of, greys_of, make_csv, work_through

URL = "/api/frames/"
ALL = {"depth_min": 9000, "depth_max": 9100}


def pixels(frame: str) -> np.ndarray[Any, Any]:
    """A row's PNG as anybody opens it: (width, 3)."""
    with Image.open(io.BytesIO(base64.b64decode(frame, validate=True))) as image:
        assert (image.format, image.mode, image.height) == ("PNG", "RGB", 1)
        return np.asarray(image)[0]


def coloured(grey: np.ndarray[Any, Any], lut: np.ndarray[Any, Any]) -> list[Any]:
    return lut[thin(grey, 150)].tolist()


def append(scan: DepthScan, *, first: float = 9050.0) -> None:
    """One more import, of three rows."""
    csv = make_csv(depths_of(3, first=first), greys_of(3, seed=7))
    import_into(
        scan=scan,
        actor=scan.owner,
        stream=io.BytesIO(csv),
        size_bytes=len(csv),
        file_name="more.csv",
        is_strict=True,
    )
    work_through()


def test_rows_come_as_pngs_by_depth_with_both_ends(api, make_scan):
    grey = greys_of(10, 200)
    make_scan(depths=depths_of(10)[::-1], grey=grey[::-1])
    response = api.get(URL, {"depth_min": 9000.3, "depth_max": 9000.5})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    found = [pixels(frame) for frame in response.json()]
    assert [row.tolist() for row in found] == coloured(grey[2:5], colormaps.colormap("strata"))
    assert found[0].shape == (150, 3)


def test_the_path_may_end_without_a_slash(api, scan):
    assert len(api.get("/api/frames?depth_min=9000.1&depth_max=9000.2").json()) == 2


def test_depths_stand_beside_the_frames_where_they_are_asked_for(api, scan):
    rows = api.get(URL, {**ALL, "depths": "true", "limit": 3}).json()
    assert [row["depth"] for row in rows] == [9000.1, 9000.2, 9000.3]
    assert [row["frame"] for row in rows] == api.get(URL, {**ALL, "limit": 3}).json()


def test_rows_across_blocks_come_in_order(api, make_scan):
    count = 2 * BLOCK_ROWS + 10
    depths = depths_of(count, first=-100.0, step=0.5)
    make_scan(depths=depths, grey=greys_of(count, 2))
    span = {"depth_min": depths[BLOCK_ROWS - 2], "depth_max": depths[2 * BLOCK_ROWS + 1], "depths": 1}
    rows = api.get(URL, span).json()
    assert [row["depth"] for row in rows] == depths[BLOCK_ROWS - 2 : 2 * BLOCK_ROWS + 2].tolist()


@pytest.mark.parametrize(("low", "high"), [(1, 2), (9000.11, 9000.19), (9000.101, 9000.101), (9500, 10_000_000)])
def test_a_range_without_rows_is_an_empty_list(low, high, api, scan):
    response = api.get(URL, {"depth_min": low, "depth_max": high})
    assert (response.status_code, response.content) == (200, b"[]")


def test_one_depth_is_one_row_also_where_it_is_written_with_more_digits(api, scan):
    assert len(api.get(URL, {"depth_min": "9000.2", "depth_max": "9000.2"}).json()) == 1
    assert len(api.get(URL, {"depth_min": "9000.2000000001", "depth_max": "9.0002e3"}).json()) == 1


@pytest.mark.parametrize("name", ["grey", "viridis", "opencv:jet", "STRATA"])
def test_the_colour_map_is_the_one_that_was_named(name, api, make_scan):
    grey = greys_of(2, 150)
    make_scan(grey=grey)
    found = [pixels(frame).tolist() for frame in api.get(URL, {**ALL, "colormap": name}).json()]
    assert found == coloured(grey, colormaps.colormap(name))


def test_vmin_and_vmax_spread_the_colours_between_them(api, make_scan):
    grey = np.array([[50, 100, 150, 200]] * 2, np.uint8).repeat(40, axis=1)[:, :150]
    make_scan(grey=grey)
    [row, _] = api.get(URL, {**ALL, "colormap": "grey", "vmin": 100, "vmax": 151}).json()
    assert pixels(row)[[0, 40, 80, 120], 0].tolist() == [0, 0, 250, 255]
    [row, _] = api.get(URL, {**ALL, "colormap": "grey", "vmin": 50}).json()
    assert pixels(row)[[0, 120], 0].tolist() == [0, 187]


def test_without_a_scan_it_is_the_only_one_with_rows(api, user, make_scan, stranger):
    assert api.get(URL, ALL).content == b"[]"
    DepthScan.objects.create(owner=user, name="Still empty")
    make_scan(stranger)
    assert api.get(URL, ALL).content == b"[]"
    make_scan()
    assert len(api.get(URL, ALL).json()) == 10


def test_of_several_scans_one_must_be_named_and_the_refusal_names_five(api, make_scan):
    made = [make_scan(name=f"well {number}", grey=greys_of(number + 1)) for number in range(6)]
    response = api.get(URL, ALL)
    body = response.json()
    assert (response.status_code, body["code"], list(body["fields"])) == (400, "scan_needed", ["scan"])
    assert [f"well {number}: {scan.pk}" in body["message"] for number, scan in enumerate(made)] == [False] + [True] * 5
    assert len(api.get(URL, {**ALL, "scan": made[3].pk}).json()) == 4


def test_a_named_scan_without_rows_is_an_empty_list(api, user, scan):
    empty = DepthScan.objects.create(owner=user, name="Still empty")
    assert api.get(URL, {**ALL, "scan": empty.pk}).content == b"[]"


def test_someone_elses_scan_and_one_that_is_not_there_are_404(stranger_api, scan):
    for pk in (scan.pk, NOBODYS):
        response = stranger_api.get(URL, {**ALL, "scan": pk})
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("field", "said", "given"),
    [
        ("depth_min", "Give a depth", {"depth_min": None}),
        ("depth_max", "Give a depth", {"depth_max": None}),
        ("depth_min", "no depth", {"depth_min": ""}),
        ("depth_min", "no depth", {"depth_min": "deep"}),
        ("depth_max", "no depth", {"depth_max": "nan"}),
        ("depth_max", "no depth", {"depth_max": "inf"}),
        ("depth_min", "no depth", {"depth_min": "-inf"}),
        ("depth_min", "no depth", {"depth_min": "9000,1"}),
        ("depth_min", "no depth", {"depth_min": "1e999"}),
        ("depth_max", "no depth", {"depth_max": "9" * 2000}),
        ("depth_max", "10,000,000", {"depth_max": "1e9"}),
        ("depth_min", "10,000,000", {"depth_min": -10_000_001}),
        ("depth_min", "above depth_max", {"depth_min": 9100.5}),
        ("depth_min", "more than once", {"depth_min": [9000, 9001]}),
        ("format", "more than once", {"format": ["json", "png"]}),
        ("scan", "no scan's id", {"scan": "mine"}),
        ("colormap", "viridis", {"colormap": "virdis"}),
        ("colormap", "no colour map", {"colormap": "x" * 5000}),
        ("vmin", "0 to 255", {"vmin": "low"}),
        ("vmin", "0 to 255", {"vmin": -1}),
        ("vmax", "0 to 255", {"vmax": 256}),
        ("vmax", "0 to 255", {"vmax": 1.5}),
        ("vmin", "not below", {"vmin": 100, "vmax": 100}),
        ("vmin", "not below", {"vmin": 255}),
        ("limit", "1 or more", {"limit": 0}),
        ("limit", "1 or more", {"limit": "all"}),
        ("limit", "10,000", {"limit": 10_001}),
        ("depths", "boolean", {"depths": "perhaps"}),
        ("format", "json, png, csv, npy", {"format": "jpeg"}),
    ],
)
def test_a_wrong_parameter_is_named_with_a_remedy(field, said, given, api, scan):
    parameters = {name: value for name, value in {**ALL, **given}.items() if value is not None}
    response = api.get(URL, parameters)
    body = response.json()
    assert (response.status_code, response["Content-Type"]) == (400, "application/json")
    assert list(body["fields"]) == [field]
    assert said in body["fields"][field][0]
    assert len(body["message"]) < 300


def test_all_that_is_wrong_is_told_at_once(api, scan):
    body = api.get(URL, {"depth_min": "a", "vmin": "b", "colormap": "c"}).json()
    assert sorted(body["fields"]) == ["colormap", "depth_max", "depth_min", "vmin"]


def test_names_that_are_no_parameters_are_passed_over(api, scan):
    assert len(api.get(URL, {**ALL, "colour": "red", "v": [1, 2]}).json()) == 10


def test_more_rows_than_an_answer_holds_are_refused_with_their_count(api, scan, monkeypatch):
    monkeypatch.setitem(answers.MOST_ROWS, "json", 9)
    body = api.get(URL, ALL).json()
    assert (body["code"], list(body["fields"])) == ("too_many_rows", ["depth_max"])
    assert "There are 10 rows; json has at most 9" in body["message"]
    assert len(api.get(URL, {**ALL, "limit": 9}).json()) == 9
    assert list(api.get(URL, {**ALL, "limit": 10}).json()["fields"]) == ["limit"]


def test_an_answer_is_the_callers_and_is_asked_for_again(api, scan):
    response = api.get(URL, ALL)
    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["ETag"].startswith('"')
    assert "Accept" in response["Vary"]


def test_what_has_not_changed_is_304_and_reads_no_block(api, scan, django_assert_num_queries):
    etag = api.get(URL, ALL)["ETag"]
    for method in (api.get, api.head):
        with django_assert_num_queries(1):
            response = method(URL, ALL, headers={"if-none-match": f'"other", {etag}'})
        assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
        assert response["Cache-Control"] == "private, no-cache"


def test_another_import_name_or_parameter_is_another_etag(api, scan):
    def etag(**more: object) -> str:
        return api.get(URL, {**ALL, **more})["ETag"]

    first = etag()
    assert first == etag()
    others = [
        etag(limit=1),
        etag(depths=1),
        etag(colormap="grey"),
        etag(vmax=9),
        etag(format="csv"),
        etag(depth_max=9000.5),
    ]
    scans.rename(scan=scan, unit="ft")
    others.append(etag())
    append(scan)
    response = api.get(URL, ALL, headers={"if-none-match": others[-1]})
    assert (response.status_code, len(response.json())) == (200, 13)
    assert len({first, response["ETag"], *others}) == len(others) + 2


def test_an_import_in_the_middle_of_reading_is_no_error(api, scan, monkeypatch):
    etag, real, read = api.get(URL, ALL)["ETag"], selector.frames, []

    def frames(scan: DepthScan, numbers: range) -> selector.Frames:
        if not read:
            append(scan)
        read.append(scan.edition)
        return real(scan, numbers)

    monkeypatch.setattr(answers, "frames", frames)
    response = api.get(URL, ALL)
    assert (response.status_code, len(response.json())) == (200, 13)
    assert read == sorted(set(read))
    assert len(read) == 2
    assert response["ETag"] != etag
    assert api.get(URL, ALL, headers={"if-none-match": response["ETag"]}).status_code == 304


def test_a_scan_that_never_stands_still_is_409_after_three_tries(api, scan, monkeypatch):
    tries = []

    def frames(scan: DepthScan, numbers: range) -> selector.Frames:
        tries.append(numbers)
        raise ScanChanged

    monkeypatch.setattr(answers, "frames", frames)
    response = api.get(URL, ALL)
    assert (response.status_code, response.json()["code"], len(tries)) == (409, "scan_changed", 3)


def test_a_scan_that_is_deleted_in_the_middle_of_reading_is_404(api, scan, monkeypatch):
    real = selector.frames

    def frames(scan: DepthScan, numbers: range) -> selector.Frames:
        DepthScan.objects.all().delete()
        return real(scan, numbers)

    monkeypatch.setattr(answers, "frames", frames)
    assert api.get(URL, ALL).status_code == 404


def test_a_range_takes_four_queries_however_many_rows_the_scan_has(api, make_scan, django_assert_num_queries):
    small, large = make_scan(), make_scan(grey=greys_of(5000, 2))
    for scan in (small, large):
        with django_assert_num_queries(4):
            assert len(api.get(URL, {"depth_min": 9000.1, "depth_max": 9000.9, "scan": scan.pk}).json()) == 9


def test_a_head_has_the_headers_alone(api, scan):
    whole, head = api.get(URL, ALL), api.head(URL, ALL)
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == whole["ETag"]
    assert head["Content-Length"] == str(len(whole.content))


def test_a_browser_is_shown_a_page(api, scan):
    response = api.get(URL, ALL, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert response["Content-Type"].startswith("text/html")
    text = response.content.decode()
    assert api.get(URL, ALL).json()[0] in text
    assert "format=npy" in text
    refused = api.get(URL, {"depth_min": "x"}, headers={"accept": "text/html"})
    assert (refused.status_code, "no depth" in refused.content.decode()) == (400, True)


def test_what_nobody_can_make_is_406(api, scan):
    assert api.get(URL, ALL, headers={"accept": "image/gif"}).status_code == 406


def test_anonymous_visitors_get_401(client, scan):
    assert client.get(URL, ALL).json()["code"] == "not_authenticated"


def test_nothing_is_posted_here(api, scan):
    assert [getattr(api, method)(URL).status_code for method in ("post", "put", "delete")] == [405] * 3


def test_an_answer_that_is_made_otherwise_is_another(api, scan, monkeypatch):
    first = api.get(URL, ALL)["ETag"]
    monkeypatch.setattr("frames.api.asked._ANSWERS_VERSION", 0)
    assert api.get(URL, ALL)["ETag"] != first


def test_the_colour_maps_are_listed_by_where_they_come_from(api, client, scan):
    body = api.get("/api/frames/colormaps/").json()
    assert (body["default"], body["own"]) == ("strata", ["strata", "grey"])
    assert {"viridis", "turbo"} <= set(body["matplotlib"])
    assert "jet" in body["opencv"]
    assert api.get(URL, {**ALL, "colormap": body["opencv"][0]}).status_code == 200
    assert client.get("/api/frames/colormaps/").status_code == 401
    assert api.post("/api/frames/colormaps/").status_code == 405
