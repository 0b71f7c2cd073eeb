"""Every orientation is applied exactly once, whoever applies it."""

import struct

import numpy as np
import pytest
from PIL import Image

from poses.engine.decode import decode

from . import files
from .files import CORNERS, are_close, corners, corners_of, jpeg_segment, png_chunk, saved, with_segments

# What a camera does to the upright picture so that this orientation turns it back.
CAMERA = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
ORIENTATIONS = tuple(CAMERA)


def as_camera_saves(upright: Image.Image, orientation: int, format_name: str, **options: object) -> bytes:
    turn = CAMERA[orientation]
    lying = upright.transpose(turn) if turn is not None else upright
    return saved(lying, format_name, exif=files.exif(orientation), **options)


def assert_upright(content: bytes, size: tuple[int, int] = (96, 64), target_side: int | None = 1280) -> None:
    photo = decode(content, target_side=target_side)
    assert (photo.width, photo.height) == size
    assert are_close(corners_of(photo), CORNERS, within=30)
    assert abs(photo.pixels.shape[1] / photo.pixels.shape[0] - size[0] / size[1]) < 0.01


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_exif_orientation(format_name, orientation):
    options = {"quality": 95} if format_name in ("JPEG", "WEBP", "AVIF") else {}
    assert_upright(as_camera_saves(corners(), orientation, format_name, **options))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_exif_orientation_of_a_jpeg_that_is_decoded_small(orientation):
    content = as_camera_saves(corners(4_000, 2_000), orientation, "JPEG")
    assert_upright(content, (4_000, 2_000))
    assert max(decode(content).pixels.shape) == 2_000


@pytest.mark.parametrize("orientation", [1, 6])
def test_exif_orientation_of_a_large_picture_in_another_format(orientation):
    assert_upright(as_camera_saves(corners(2_700, 1_800), orientation, "PNG"), (2_700, 1_800))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_exif_orientation_of_a_compressed_tiff(orientation):
    assert_upright(as_camera_saves(corners(), orientation, "TIFF", compression="tiff_lzw"))


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_heic_whose_container_turns_it(orientation):
    """The writer moves the orientation from EXIF into the container, where phones put it."""
    content = as_camera_saves(corners(), orientation, "HEIF", quality=-1)
    assert (b"irot" in content or b"imir" in content) is (orientation != 1)
    assert_upright(content)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_phones_jpeg_with_a_second_picture(orientation):
    turn = CAMERA[orientation]
    lying = corners().transpose(turn) if turn is not None else corners()
    content = saved(lying, "MPO", save_all=True, append_images=[lying], exif=files.exif(orientation), quality=95)
    assert_upright(content)


def xmp(orientation: int) -> bytes:
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="%d"/></rdf:RDF></x:xmpmeta>'
        % orientation
    )


def test_orientation_in_xmp_alone_is_applied_and_the_file_is_not_shown_by_browsers_as_it_is():
    lying = saved(corners().transpose(CAMERA[6]), "JPEG", xmp=xmp(6), quality=95)
    assert_upright(lying)
    assert not decode(lying).is_displayable


def test_orientation_in_xmp_beside_exif_without_one_is_not_what_browsers_show():
    data = Image.Exif()
    data[0x010F] = "A camera"
    lying = saved(corners().transpose(CAMERA[6]), "JPEG", xmp=xmp(6), exif=data.tobytes(), quality=95)
    assert_upright(lying)
    assert not decode(lying).is_displayable


def test_exif_wins_over_xmp():
    assert_upright(saved(corners().transpose(CAMERA[8]), "JPEG", xmp=xmp(6), exif=files.exif(8), quality=95))


@pytest.mark.parametrize(
    ("format_name", "orientation", "is_displayable"),
    [
        *(("JPEG", 1, True), ("JPEG", 6, True), ("PNG", 1, True), ("PNG", 6, False), ("WEBP", 1, True)),
        *(("WEBP", 6, False), ("AVIF", 1, False), ("TIFF", 1, False), ("HEIF", 1, False)),
    ],
)
def test_what_browsers_show_as_it_is(format_name, orientation, is_displayable):
    assert decode(as_camera_saves(corners(), orientation, format_name)).is_displayable is is_displayable


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_an_orientation_that_there_is_not_turns_nothing(orientation):
    photo = decode(saved(corners(), "JPEG", exif=files.exif(orientation), quality=95))
    assert (photo.width, photo.height, photo.is_displayable) == (96, 64, True)
    assert are_close(corners_of(photo), CORNERS)


def orientation_of_type(kind: int, count: int, value: bytes) -> bytes:
    return b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHI", 0x0112, kind, count) + value + bytes(4)


BROKEN_EXIF = {
    "nothing": b"",
    "text": b"garbage",
    "a header alone": b"II*\0",
    "a directory outside": b"II*\0\xff\xff\xff\xff",
    "more entries than there are": b"MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\3\xff\xff\xff\xff\0\0\0\1" * 20,
    "orientation as a fraction": orientation_of_type(5, 1, b"\x1a\0\0\0") + struct.pack("<II", 6, 1),
    "orientation as text": orientation_of_type(2, 2, b"x\0\0\0"),
    "a directory in itself": orientation_of_type(4, 1, b"\x08\0\0\0").replace(b"\x12\x01", b"\x69\x87"),
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("data", BROKEN_EXIF.values(), ids=BROKEN_EXIF.keys())
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_broken_exif_does_not_cost_a_good_photo(format_name, data):
    content = saved(corners(), format_name, **files.LOSSLESS.get(format_name, {}))
    if format_name == "JPEG":
        content = with_segments(saved(corners(), "JPEG", quality=95), jpeg_segment(0xE1, b"Exif\0\0" + data))
    elif format_name == "PNG":
        content = content[:33] + png_chunk(b"eXIf", data) + content[33:]
    elif format_name == "WEBP":
        side = struct.pack("<I", 96 - 1)[:3] + struct.pack("<I", 64 - 1)[:3]
        body = b"VP8X" + struct.pack("<I", 10) + bytes((8, 0, 0, 0)) + side + content[12:]
        body += b"EXIF" + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
        content = b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
    else:
        content = saved(corners(), "HEIF", exif=b"Exif\0\0" + data, quality=-1)
    photo = decode(content)
    assert (photo.width, photo.height) == (96, 64)
    assert are_close(corners_of(photo), CORNERS)


def test_odd_exif_beside_an_orientation_does_not_cost_the_photo():
    """Pillow's own turning writes EXIF anew, and stumbles over a resolution that is text."""
    entries = struct.pack("<HHI", 0x0112, 3, 1) + b"\6\0\0\0" + struct.pack("<HHI", 0x011A, 2, 2) + b"x\0\0\0"
    data = b"Exif\0\0II*\0\x08\0\0\0\2\0" + entries + bytes(4)
    lying = saved(corners().transpose(CAMERA[6]), "JPEG", quality=95)
    assert_upright(with_segments(lying, jpeg_segment(0xE1, data)))


def test_a_photo_that_is_turned_has_all_its_pixels():
    photo = decode(as_camera_saves(files.grace_hopper(), 6, "PNG"), target_side=None)
    assert np.array_equal(photo.pixels, np.asarray(files.grace_hopper()))
