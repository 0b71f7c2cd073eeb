"""The viewer's page, and the tiles that it draws from."""

import base64
import json
import re

import numpy as np
import pytest
from django.test import Client

from accounts.models import User
from frames.imaging.colormaps import colormap
from frames.models import BLOCK_ROWS, DepthBlock, DepthImport, DepthScan

from .conftest import NOBODYS, depths_of, greys_of, make_csv
from .csvs import ask_for_scan


@pytest.fixture
def page(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def others_page(stranger: User) -> Client:
    client = Client()
    client.force_login(stranger)
    return client


def tile_url(scan: DepthScan, level: int = 0, position: int = 0, *, edition: int | None = None) -> str:
    return f"/frames/{scan.pk}/tiles/{scan.edition if edition is None else edition}/{level}/{position}/"


def config_of(html: str) -> dict:
    found = re.search(r'<script id="scan" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_a_tile_has_the_depths_and_then_the_rows_as_shown(page, make_scan, settings):
    settings.DEPTH_THIN_WIDTH = 4
    depths, grey = depths_of(BLOCK_ROWS + 6), greys_of(BLOCK_ROWS + 6)
    scan = make_scan(depths=depths, grey=grey)
    response = page.get(tile_url(scan, position=1))
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert len(response.content) == 6 * (8 + 4)
    assert np.frombuffer(response.content[:48], "<f8").tolist() == depths[BLOCK_ROWS:].tolist()
    assert np.frombuffer(response.content[48:], np.uint8).reshape(6, 4).tolist() == grey[BLOCK_ROWS:].tolist()
    coarser = page.get(tile_url(scan, level=1)).content
    assert len(coarser) == 258 * 12
    assert np.frombuffer(coarser[: 258 * 8], "<f8").tolist() == depths[::4].tolist()


def test_a_tile_is_kept_for_ever_and_runs_nothing(page, scan):
    headers = page.get(tile_url(scan)).headers
    assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_tile_is_one_read(page, scan, django_assert_num_queries):
    with django_assert_num_queries(3):  # the session and the user are the others
        assert page.get(tile_url(scan)).status_code == 200


def test_a_tile_that_is_not_there_is_not_found_and_not_kept(page, scan):
    urls = [
        tile_url(scan, edition=scan.edition + 1),
        tile_url(scan, edition=scan.edition - 1),
        tile_url(scan, level=6),
        tile_url(scan, position=1),
        tile_url(scan, level=2**70),
        f"/frames/{NOBODYS}/tiles/1/0/0/",
    ]
    responses = [page.get(url) for url in urls]
    assert [response.status_code for response in responses] == [404] * len(urls)
    assert {response.headers["Cache-Control"] for response in responses} == {"no-store"}


def test_what_an_import_is_still_making_is_no_tile(page, scan, user):
    DepthBlock.objects.filter(scan=scan, level=0).update(staged_by=DepthImport.objects.get(scan=scan))
    assert page.get(tile_url(scan)).status_code == 404


def test_nobody_else_sees_a_tile_or_the_page(client, others_page, scan):
    assert others_page.get(tile_url(scan)).status_code == 404
    assert others_page.get(f"/frames/{scan.pk}/").status_code == 404
    for url in (tile_url(scan), f"/frames/{scan.pk}/"):
        assert client.get(url).headers["Location"] == f"/accounts/login/?next={url}"


def test_nothing_is_posted_to_them(page, scan):
    assert page.post(tile_url(scan)).status_code == 405
    assert page.post(f"/frames/{scan.pk}/").status_code == 405
    assert page.get("/frames/no-id/").status_code == 404


def test_the_page_tells_its_scripts_what_the_scan_is(page, scan, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        html = page.get(f"/frames/{scan.pk}/").content.decode()
    config = config_of(html)
    assert (config["rowCount"], config["thinWidth"], config["width"]) == (10, 150, 4)
    assert (config["depthMin"], config["depthMax"], config["unit"], config["step"]) == (9000.1, 9001.0, "m", 0.1)
    assert config["tileUrl"].format(level=0, position=0) == tile_url(scan)
    assert "9000.1 to 9001 m · 10 rows of 4 values · one every 0.1 m" in html


def test_the_page_brings_the_colours_of_its_maps_and_of_the_one_asked_for(page, scan):
    maps = {
        asked: {one["name"]: one["table"] for one in config_of(page.get(url).content.decode())["colormaps"]}
        for asked, url in ((asked, f"/frames/{scan.pk}/?colormap={asked}") for asked in ("", "opencv:ocean", "no-map"))
    }
    assert next(iter(maps[""])) == "strata"
    assert len(maps[""]) >= 12
    assert base64.b64decode(maps[""]["viridis"]) == colormap("viridis").tobytes()
    assert maps["opencv:ocean"].keys() - maps[""].keys() == {"opencv:ocean"}
    assert maps["no-map"] == maps[""]


def test_without_scripts_there_is_a_picture_of_the_first_rows_and_all_as_files(page, scan):
    html = page.get(f"/frames/{scan.pk}/").content.decode()
    addresses = [address.replace("&amp;", "&") for address in re.findall(r'(?:src|href)="(/api/frames/[^"]+)"', html)]
    assert len(addresses) == 3
    assert [page.get(address).headers["Content-Type"].split(";")[0] for address in addresses] == [
        "text/csv",
        "application/x-npy",
        "image/png",
    ]


def test_a_scan_without_rows_shows_its_newest_import(page, user):
    item = ask_for_scan(user, make_csv([1, 2], greys_of(2)))
    assert item.scan.row_count == 0
    response = page.get(f"/frames/{item.scan_id}/")
    assert response.headers["Location"] == f"/frames/imports/{item.pk}/"
