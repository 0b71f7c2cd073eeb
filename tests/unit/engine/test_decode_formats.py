"""What passes the gate, and what comes out of it."""

import functools
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from poses.engine.decode import FIRST_FRAME_ONLY, FORMATS, decode

from . import files
from .files import CORNERS, are_close, corners, corners_of, png_chunk, saved, small_photo

EXPECTED = {
    "JPEG": ("JPEG", "jpg", "image/jpeg", True),
    "PNG": ("PNG", "png", "image/png", True),
    "WEBP": ("WebP", "webp", "image/webp", True),
    "AVIF": ("AVIF", "avif", "image/avif", False),
    "GIF": ("GIF", "gif", "image/gif", False),
    "BMP": ("BMP", "bmp", "image/bmp", False),
    "TIFF": ("TIFF", "tif", "image/tiff", False),
    "HEIF": ("HEIC", "heic", "image/heic", False),
}


@pytest.mark.parametrize("target_side", [None, 1280])
@pytest.mark.parametrize("format_name", files.EIGHT_FORMATS)
def test_all_eight_formats_decode(format_name, target_side):
    photo = decode(small_photo(format_name), target_side=target_side)
    assert (photo.width, photo.height) == (96, 80)
    assert photo.pixels.shape == (80, 96, 3)
    assert photo.pixels.dtype == np.uint8
    assert photo.notices == ()
    kind = photo.format
    assert (kind.name, kind.extension, kind.content_type, photo.is_displayable) == EXPECTED[format_name]
    wanted = np.asarray(files.astronaut().crop((150, 60, 342, 220)).resize((96, 80)), int)
    assert np.abs(photo.pixels - wanted).mean() < 12


def test_no_format_is_left_out_of_these_tests():
    assert set(FORMATS) == {*EXPECTED, "MPO"}


@pytest.mark.parametrize("format_name", ["GIF", "WEBP", "PNG", "AVIF", "TIFF", "HEIF"])
def test_of_several_pictures_the_first_is_taken_with_a_notice(format_name):
    first, second = corners(), corners().transpose(Image.Transpose.ROTATE_180)
    content = saved(first, format_name, save_all=True, append_images=[second], **files.LOSSLESS.get(format_name, {}))
    photo = decode(content)
    assert photo.notices == (FIRST_FRAME_ONLY,)
    assert not photo.is_displayable
    assert are_close(corners_of(photo), CORNERS, within=60)


def test_a_huge_second_page_of_a_tiff_costs_nothing():
    pages = [corners(), Image.new("1", (9_000, 9_000))]
    content = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    photo = decode(content)
    assert (photo.width, photo.height, photo.notices) == (96, 64, (FIRST_FRAME_ONLY,))


def test_a_tiff_with_directories_without_end_is_read_at_once():
    content = bytearray(saved(corners(), "TIFF"))
    at = int.from_bytes(content[4:8], "little")
    entries = int.from_bytes(content[at : at + 2], "little")
    following = at + 2 + 12 * entries
    content[following : following + 4] = at.to_bytes(4, "little")  # the directory follows itself
    assert decode(bytes(content)).width == 96


def test_a_phones_jpeg_with_a_second_picture_is_a_jpeg():
    content = saved(corners(), "MPO", save_all=True, append_images=[corners(48, 32)], quality=95)
    photo = decode(content)
    assert photo.format.content_type == "image/jpeg"
    assert (photo.width, photo.height, photo.notices) == (96, 64, ())
    assert photo.is_displayable
    assert are_close(corners_of(photo), CORNERS)


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 0}, {"restart_marker_rows": 1}])
def test_every_kind_of_jpeg(options):
    photo = decode(saved(corners(), "JPEG", quality=95, **options))
    assert are_close(corners_of(photo), CORNERS)


@pytest.mark.parametrize("side", [1279, 1281, 2559, 2560, 4000])
@pytest.mark.parametrize("format_name", ["JPEG", "PNG"])
def test_a_reduced_picture_keeps_the_photos_own_size_and_1280_pixels_at_least(format_name, side):
    photo = decode(saved(corners(side, side * 3 // 4), format_name))
    assert (photo.width, photo.height) == (side, side * 3 // 4)
    longer = max(photo.pixels.shape)
    assert min(side, 1280) <= longer <= 2 * 1280
    assert abs(photo.pixels.shape[1] / photo.pixels.shape[0] - 4 / 3) < 0.002
    assert are_close(corners_of(photo), CORNERS)


def test_a_tall_photo_is_reduced_by_its_longer_side():
    photo = decode(saved(corners(200, 6_000), "JPEG"))
    assert photo.pixels.shape == (1_500, 50, 3)
    assert (photo.width, photo.height) == (200, 6_000)


def test_without_a_target_every_pixel_is_decoded():
    photo = decode(saved(corners(4_000, 3_000), "JPEG"), target_side=None)
    assert photo.pixels.shape == (3_000, 4_000, 3)


def test_reducing_shifts_nothing():
    """A dark square in a light photo lies at the same share of the picture in both decodes."""
    picture = Image.new("RGB", (4_000, 3_000), "white")
    picture.paste("black", (3_000, 600, 3_200, 900))
    for format_name in ("JPEG", "PNG", "WEBP"):
        photo = decode(saved(picture, format_name))
        ys, xs = np.nonzero(photo.pixels[:, :, 0] < 128)
        height, width = photo.pixels.shape[:2]
        assert abs((xs.mean() + 0.5) / width - 3_100 / 4_000) < 0.0005
        assert abs((ys.mean() + 0.5) / height - 750 / 3_000) < 0.0005


def gradient(low: int, high: int, dtype: str) -> "np.ndarray[tuple[int, int], np.dtype[np.generic]]":
    return np.tile(np.linspace(low, high, 96), (64, 1)).astype(dtype)


DEEP_GREYS: dict[str, Callable[[], bytes]] = {
    "PNG, 16 bits": lambda: saved(Image.fromarray(gradient(0, 65_535, "uint16")), "PNG"),
    "TIFF, 16 bits": lambda: saved(Image.fromarray(gradient(0, 65_535, "uint16")), "TIFF"),
    "TIFF, 16 bits, deflated": lambda: saved(
        Image.fromarray(gradient(0, 65_535, "uint16")), "TIFF", compression="tiff_deflate"
    ),
    "TIFF, 16 bits, big endian": lambda: saved(Image.fromarray(gradient(0, 65_535, ">u2")), "TIFF"),
    "TIFF, 32 bits": lambda: saved(Image.fromarray(gradient(0, 2_000_000_000, "int32")), "TIFF"),
    "TIFF, 32 bits, signed": lambda: saved(Image.fromarray(gradient(-1_000_000, 1_000_000, "int32")), "TIFF"),
    "TIFF, 32 bits, 16 used": lambda: saved(Image.fromarray(gradient(0, 65_535, "int32")), "TIFF"),
    "TIFF, float": lambda: saved(Image.fromarray(gradient(0, 1, "float32")), "TIFF"),
    "TIFF, large floats": lambda: saved(Image.fromarray(gradient(-4_000, 9_000, "float32")), "TIFF"),
}


@pytest.mark.parametrize("make", DEEP_GREYS.values(), ids=DEEP_GREYS.keys())
def test_deep_greys_are_scaled_and_not_clipped(make):
    pixels = decode(make()).pixels
    assert np.abs(pixels[10, :, 0] - np.linspace(0, 255, 96)).max() < 2.5
    assert (pixels[:, :, 0] == pixels[:, :, 1]).all()


def test_a_float_tiff_with_holes_is_read():
    values = gradient(0, 1, "float32").copy()
    values[:5], values[5:9], values[9:12] = np.nan, np.inf, -np.inf
    with warnings.catch_warnings(action="error"):
        pixels = decode(saved(Image.fromarray(values), "TIFF")).pixels
    assert pixels[40, 95, 0] == 255


@pytest.mark.parametrize("value", [0, 7])
def test_a_float_tiff_of_one_value_is_black(value):
    assert decode(saved(Image.new("F", (32, 32), value), "TIFF")).pixels.max() == 0


MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "I;16", "I;16B", "I", "F", "PA"),
    "JPEG": ("L", "RGB", "CMYK", "YCbCr"),
    "WEBP": ("L", "RGB", "RGBA", "LA", "P"),
    "AVIF": ("L", "RGB", "RGBA", "LA"),
    "HEIF": ("L", "RGB", "RGBA", "LA"),
    "GIF": ("1", "L", "P", "RGB", "RGBA"),
    "BMP": ("1", "L", "P", "RGB", "RGBA"),
}


@pytest.mark.parametrize(("format_name", "mode"), [(name, mode) for name, modes in MODES.items() for mode in modes])
def test_every_mode_that_a_format_can_hold(format_name, mode):
    photo = decode(saved(Image.new(mode, (64, 48)), format_name))
    assert photo.pixels.shape == (48, 64, 3)
    assert photo.pixels.dtype == np.uint8


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "YCbCr", "P"])
def test_colours_survive_their_mode(mode):
    format_name = "PNG" if mode == "P" else "TIFF"
    assert are_close(corners_of(decode(saved(corners().convert(mode), format_name))), CORNERS, within=30)


def test_a_jpeg_in_cmyk_has_the_right_colours():
    photo = decode(saved(corners().convert("CMYK"), "JPEG", quality=95))
    assert are_close(corners_of(photo), CORNERS, within=30)
    assert photo.is_displayable


def test_lab_colours_are_read_as_colours():
    from PIL import ImageCms

    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    lab = ImageCms.applyTransform(corners(), to_lab)
    assert are_close(corners_of(decode(saved(lab, "TIFF"))), CORNERS, within=40)


def half_transparent(mode: str) -> Image.Image:
    picture = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    picture.paste((255, 0, 0, 255), (32, 0, 64, 48))
    return picture.convert(mode)


@pytest.mark.parametrize("format_name", ["PNG", "WEBP", "TIFF", "AVIF", "HEIF", "GIF"])
def test_transparency_is_laid_over_white(format_name):
    content = saved(half_transparent("RGBA"), format_name, **files.LOSSLESS.get(format_name, {}))
    pixels = decode(content).pixels
    assert are_close([tuple(pixels[24, 8]), tuple(pixels[24, 56])], [(255, 255, 255), (255, 0, 0)])


def test_half_transparency_is_mixed_with_white():
    content = saved(Image.new("RGBA", (32, 32), (0, 0, 0, 128)), "PNG")
    assert decode(content).pixels[16, 16].tolist() == pytest.approx([127, 127, 127], abs=1)


def test_grey_with_transparency_is_laid_over_white():
    assert decode(saved(Image.new("LA", (32, 32), (0, 0)), "PNG")).pixels.min() == 255


def transparent_by_colour(mode: str, colour: object, transparency: object) -> bytes:
    return saved(Image.new(mode, (32, 32), colour), "PNG", transparency=transparency)


TRANSPARENT_COLOURS: dict[str, Callable[[], bytes]] = {
    "P": functools.partial(transparent_by_colour, "P", 0, 0),
    "P with a table": functools.partial(transparent_by_colour, "P", 0, b"\0\xff"),
    "L": functools.partial(transparent_by_colour, "L", 9, 9),
    "RGB": functools.partial(transparent_by_colour, "RGB", (9, 9, 9), (9, 9, 9)),
    "1": functools.partial(transparent_by_colour, "1", 0, 0),
    "I;16": functools.partial(transparent_by_colour, "I;16", 900, 900),
}


@pytest.mark.parametrize("mode", ["P", "P with a table", "L", "RGB", "1"])
def test_a_colour_made_transparent_is_white(mode):
    assert decode(TRANSPARENT_COLOURS[mode]()).pixels.min() == 255


def test_a_transparent_16_bit_grey_is_read():
    assert decode(TRANSPARENT_COLOURS["I;16"]()).pixels.shape == (32, 32, 3)


def test_transparency_in_a_reduced_picture_leaves_no_dark_edge():
    picture = Image.new("RGBA", (2_600, 200), (255, 255, 255, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 1_301, 200))  # transparent black up to an odd column
    photo = decode(saved(picture, "PNG"))
    assert photo.pixels.shape == (100, 1_300, 3)
    assert photo.pixels.min() >= 254


def test_long_text_in_a_png_is_not_unpacked():
    import zlib

    packed = png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(60_000_000), 9))
    assert files.code_of(files.png(64, 64, before_pixels=packed)) == "corrupt_image"


def test_a_colour_profile_that_is_a_bomb_is_not_unpacked():
    import zlib

    packed = png_chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(60_000_000), 9))
    assert files.code_of(files.png(64, 64, before_pixels=packed)) == "corrupt_image"


def test_a_sixteen_bit_colour_png_is_read():
    """Written by hand: Pillow itself writes none."""
    import struct
    import zlib

    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 16, 2, 0, 0, 0))
    row = b"\0" + struct.pack(">3H", 65_535, 32_768, 0) * 32
    content = b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(row * 32)) + png_chunk(b"IEND")
    assert decode(content).pixels[5, 5].tolist() == [255, 128, 0]
