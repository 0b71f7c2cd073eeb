"""The files of a photo: image, display, thumbnail, overlays, keypoints.csv."""

import csv
import io
from xml.etree import ElementTree as ET

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from poses.engine import landmarks
from poses.models import Photo
from poses.models.photo import photo_storage
from tests.conftest import jpeg

SVG = "{http://www.w3.org/2000/svg}"


def private(content: str = "JPEG") -> bytes:
    """A photo whose file tells where it was taken, by what, and what was said about it."""
    exif = Image.Exif()
    exif[0x010F] = "SpyCam"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    target = io.BytesIO()
    options = {"comment": b"a secret remark"} if content == "JPEG" else {}
    Image.new("RGB", (120, 80), "olive").save(target, content, exif=exif, **options)
    return target.getvalue()


def test_the_image_is_the_upload_bit_for_bit(api, make_photo):
    content = jpeg(100, 60)
    photo = make_photo(content=content)
    response = api.get(f"/api/photos/{photo.id}/image/")
    assert response.status_code == 200
    assert response.content == content
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"].startswith("private")


@pytest.mark.parametrize("accept", ["image/avif,image/webp,*/*;q=0.8", "image/png", "text/html", "application/xml"])
def test_files_are_served_whatever_the_caller_accepts(accept, api, photo):
    assert api.get(f"/api/photos/{photo.id}/image/", HTTP_ACCEPT=accept).status_code == 200


@pytest.mark.parametrize("path", ["thumbnail/", "overlay.jpg", "overlay.png"])
def test_derived_pictures_tell_nothing_but_pixels(path, api, make_photo):
    photo = make_photo(content=private())
    content = api.get(f"/api/photos/{photo.id}/{path}").content
    picture = Image.open(io.BytesIO(content))
    assert not picture.getexif()
    assert not {"exif", "comment", "xmp", "icc_profile", "photoshop"} & set(picture.info)
    for secret in (b"SpyCam", b"secret remark", b"GPS"):
        assert secret not in content


def test_a_thumbnail_is_small_and_keeps_the_shape(api, make_photo):
    photo = make_photo(content=jpeg(1200, 600))
    content = api.get(f"/api/photos/{photo.id}/thumbnail/").content
    assert Image.open(io.BytesIO(content)).size == (320, 160)


def test_overlays_have_the_photos_own_size(api, make_photo):
    photo = make_photo(content=jpeg(3000, 1500))
    for path, kind in (("overlay.jpg", "JPEG"), ("overlay.png", "PNG")):
        picture = Image.open(io.BytesIO(api.get(f"/api/photos/{photo.id}/{path}").content))
        assert (picture.size, picture.format) == ((3000, 1500), kind)


def test_the_overlay_shows_left_and_right_in_their_colours(api, make_photo):
    photo = make_photo(content=jpeg(640, 640, colour="white"))
    pixels = np.asarray(Image.open(io.BytesIO(api.get(f"/api/photos/{photo.id}/overlay.png").content)))
    colours = {tuple(int(value) for value in colour) for colour in pixels.reshape(-1, 3)}
    assert {(0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)} <= colours


def test_the_svg_has_a_group_a_person_and_points_with_index_and_state(api, photo):
    response = api.get(f"/api/photos/{photo.id}/overlay.svg")
    assert response["Content-Type"] == "image/svg+xml"
    root = ET.fromstring(response.content)
    assert root.get("viewBox") == f"0 0 {photo.width} {photo.height}"
    [group] = root.findall(f"{SVG}g[@class='person']")
    points = [element for element in group.iter() if element.get("data-index")]
    assert [int(point.get("data-index")) for point in points] == list(range(33))
    assert {point.get("data-state") for point in points} == {"visible"}


def test_the_csv_has_a_row_a_keypoint_in_pixels(api, photo):
    response = api.get(f"/api/photos/{photo.id}/keypoints.csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [row["keypoint"] for row in rows] == list(landmarks.NAMES)
    nose = photo.people[0].current.keypoints[0]
    assert float(rows[0]["x_px"]) == pytest.approx(nose["x"] * photo.width, abs=0.001)
    assert {row["source"] for row in rows} == {"model"}


def turned(kind: str) -> bytes:
    """A picture with a white upper left quarter that asks to be turned by 90° clockwise."""
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:20, :40] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, kind, exif=exif.tobytes() if kind == "HEIF" else exif)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "HEIF"])
def test_what_a_browser_is_shown_is_upright(kind, api, make_photo):
    pillow_heif.register_heif_opener()
    photo = make_photo(content=turned(kind))
    assert (photo.width, photo.height) == (40, 80)
    response = api.get(f"/api/photos/{photo.id}/display/")
    assert response["Content-Type"] in ("image/jpeg", "image/png", "image/webp")
    picture = Image.open(io.BytesIO(response.content))
    picture = picture if kind != "JPEG" else picture.transpose(Image.Transpose.ROTATE_270)
    assert picture.size == (40, 80)
    grey = np.asarray(picture.convert("L"))
    assert [int(grey[y, x]) > 128 for y, x in ((5, 5), (5, -5), (-5, 5), (-5, -5))] == [False, True, False, False]


def test_a_file_that_is_gone_from_the_storage_is_said_to_be(api, photo):
    photo_storage().delete(photo.file.name)
    for path in ("image/", "display/"):
        assert api.get(f"/api/photos/{photo.id}/{path}").status_code == 404
    response = api.get(f"/api/photos/{photo.id}/overlay.png")
    assert (response.status_code, response.json()["code"]) == (409, "file_missing")
    assert Photo.objects.filter(pk=photo.pk).exists()


def test_overlays_follow_an_edit(api, photo):
    before = api.get(f"/api/photos/{photo.id}/overlay.svg").content
    pose = photo.people[0]
    edit = {"expected_revision": 1, "keypoints": [{"name": "nose", "x": 0.9, "y": 0.9}]}
    assert api.patch(f"/api/poses/{pose.id}/", edit).status_code == 200
    assert api.get(f"/api/photos/{photo.id}/overlay.svg").content != before


def test_the_csv_has_the_extra_landmarks_too(api, photo):
    edit = {"expected_revision": 1, "keypoints": [{"name": "nose"}]}
    edit["extra_keypoints"] = [{"name": "chin", "x": 0.5, "y": 0.25, "state": "occluded"}]
    assert api.patch(f"/api/poses/{photo.people[0].id}/", edit).status_code == 200
    rows = list(csv.DictReader(io.StringIO(api.get(f"/api/photos/{photo.id}/keypoints.csv").content.decode())))
    chin = rows[33]
    assert (chin["keypoint_index"], chin["keypoint"], chin["x_px"], chin["state"]) == (
        "40",
        "chin",
        "32.000",
        "occluded",
    )
