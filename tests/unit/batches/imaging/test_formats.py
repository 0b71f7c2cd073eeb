import io

import numpy as np
import pytest
from PIL import Image

from poses.engine.decode import FORMATS, decode
from tests.unit.engine import files

from . import planted
from .planted import OUTPUTS, made, photo, secret_photo

KEPT_AS = {"GIF": "JPEG", "BMP": "JPEG", "TIFF": "JPEG", "HEIF": "JPEG"}
ORIENTED = [name for name in files.EIGHT_FORMATS if name not in ("GIF", "BMP", "TIFF")]


def expected_format(source: str, output: str) -> object:
    return FORMATS[KEPT_AS.get(source, source) if output == "keep" else output.upper()]


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("source", files.EIGHT_FORMATS)
def test_every_format_becomes_what_is_asked_without_metadata(source, output):
    content = secret_photo(source)
    result = made(content, format=output)
    assert result.is_original_kept or result.format == expected_format(source, output)
    assert planted.distance(result.content, content) < 8


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_is_turned_upright_once(orientation, output):
    content = planted.jpeg_with_secrets(files.corners(384, 256), orientation, quality=99, subsampling=0)
    expected = files.corners_of(decode(content))
    result = made(content, format=output)
    assert not result.is_original_kept
    assert (result.width, result.height) == ((384, 256) if orientation < 5 else (256, 384))
    with Image.open(io.BytesIO(result.content)) as image:
        assert image.getexif().get(0x0112, 1) == 1
        assert image.size == (result.width, result.height)
    assert files.are_close(files.corners_of(decode(result.content)), expected, within=25)


@pytest.mark.parametrize("orientation", [3, 5, 6])
@pytest.mark.parametrize("source", ORIENTED)
def test_other_formats_are_turned_upright_once(source, orientation):
    content = planted.with_secrets(source, files.corners(384, 256), orientation, **files.LOSSLESS.get(source, {}))
    expected = files.corners_of(decode(content))
    for output in OUTPUTS:
        result = made(content, format=output, quality=80)
        assert files.are_close(files.corners_of(decode(result.content)), expected, within=25)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "HEIF"])
def test_the_colour_profile_is_carried_over_byte_for_byte(source, output):
    profile = planted.SRGB + bytes(7) + b"own"
    content = planted.with_secrets(source, photo(), icc_profile=profile)
    assert planted.profile_of(content) == profile
    assert planted.profile_of(made(content, format=output).content) == profile


def test_what_is_no_profile_is_not_passed_on():
    content = files.saved(photo(), "TIFF", icc_profile=planted.SECRET * 20)
    assert planted.SECRET in content
    assert planted.profile_of(made(content, format="webp").content) == b""


def test_a_profile_of_several_segments_is_carried_over():
    profile = planted.SRGB + np.random.default_rng(0).bytes(150_000)
    content = files.saved(photo(640, 512), "JPEG", quality=95, icc_profile=profile)
    assert planted.profile_of(content) == profile
    result = made(content)
    assert not result.is_original_kept
    assert planted.profile_of(result.content) == profile


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_grey_photo_stays_grey_with_its_profile(output):
    profile = grey_profile()
    content = files.saved(photo().convert("L"), "JPEG", quality=95, icc_profile=profile)
    result = made(content, format=output)
    assert planted.distance(result.content, content) < 25  # WebP and AVIF hold it as sRGB, after conversion
    expected = profile if result.format.name == "JPEG" else b""
    assert planted.profile_of(result.content) == expected


def grey_profile() -> bytes:
    """A gamma of 2.2 (ICC.1:2001, 6.3.1): white point and curve."""
    tags = [
        (b"desc", b"desc" + bytes(4) + (2).to_bytes(4, "big") + b"g\0" + bytes(78)),
        (b"wtpt", b"XYZ " + bytes(4) + bytes.fromhex("0000f6d600010000 0000d32d".replace(" ", ""))),
        (b"kTRC", b"curv" + bytes(4) + (1).to_bytes(4, "big") + bytes.fromhex("0233") + bytes(2)),
        (b"cprt", b"text" + bytes(4) + b"none\0" + bytes(3)),
    ]
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags:
        table += name + (at + len(body)).to_bytes(4, "big") + len(data).to_bytes(4, "big")
        body += data + bytes(-len(data) % 4)
    size = at + len(body)
    header = size.to_bytes(4, "big") + b"\0\0\0\0\x02\x10\0\0mntrGRAYXYZ " + bytes(12) + b"acsp" + bytes(28)
    header += bytes.fromhex("0000f6d6000100000000d32d")
    return header.ljust(128, b"\0") + len(tags).to_bytes(4, "big") + table + body


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_cmyk_jpeg_becomes_rgb(output):
    content = files.saved(photo().convert("CMYK"), "JPEG", quality=95)
    result = made(content, format=output)
    assert planted.distance(result.content, content) < 8
    with Image.open(io.BytesIO(result.content)) as image:
        assert image.mode == "RGB"


@pytest.mark.parametrize("signature", [b"acsp", b"none"])
def test_a_cmyk_jpegs_broken_profile_is_left_out(signature):
    profile = bytes(16) + b"CMYK" + bytes(16) + signature + bytes(200)
    content = files.saved(photo().convert("CMYK"), "JPEG", quality=95, icc_profile=profile)
    result = made(content)
    assert planted.profile_of(result.content) == b""
    assert planted.distance(result.content, content) < 8


def with_hole(mode: str = "RGBA") -> Image.Image:
    image = photo().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 96, 160))
    return image.convert(mode) if mode != "P" else image.quantize(64, Image.Quantize.FASTOCTREE)


@pytest.mark.parametrize("source", ["PNG", "WEBP", "AVIF", "TIFF", "HEIF"])
def test_transparency_survives_where_the_output_has_it_and_is_white_in_a_jpeg(source):
    content = planted.with_secrets(source, with_hole())
    for output in OUTPUTS:
        result = made(content, format=output)
        with Image.open(io.BytesIO(result.content)) as image:
            assert image.has_transparency_data == (output != "jpeg" or result.is_original_kept)
        assert planted.pixels(result.content)[80, 20].min() > 250
        assert planted.distance(result.content, content) < 8


@pytest.mark.parametrize("mode", ["P", "LA"])
def test_a_png_keeps_its_colour_type_and_every_pixel(mode):
    content = planted.png_with_secrets(with_hole(mode))
    result = made(content)
    with Image.open(io.BytesIO(result.content)) as image:
        assert image.mode == mode
    assert planted.distance(result.content, content) == 0
    for output in ("webp", "avif"):
        assert planted.pixels(made(content, format=output).content)[80, 20].min() > 250


def test_a_transparent_gif_is_kept_as_webp():
    content = planted.with_secrets("GIF", with_hole())
    result = made(content)
    assert result.format == FORMATS["WEBP"]
    assert planted.pixels(result.content)[80, 20].min() > 250


def deep_grey() -> "np.ndarray[tuple[int, ...], np.dtype[np.uint16]]":
    ramp = np.linspace(0, 65_535, 192 * 160).reshape(160, 192)
    return (ramp + np.random.default_rng(1).normal(0, 300, ramp.shape)).clip(0, 65_535).astype(np.uint16)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("source", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled(source, output):
    content = planted.with_secrets(source, Image.fromarray(deep_grey()))
    result = made(content, format=output)
    assert planted.distance(result.content, content) < 4
    assert planted.pixels(result.content).min() < 20


def test_a_16_bit_png_loses_no_bit():
    content = planted.png_with_secrets(Image.fromarray(deep_grey()))
    with Image.open(io.BytesIO(made(content).content)) as image:
        assert (np.asarray(image) == deep_grey()).all()


def test_a_png_of_16_bit_colour_is_kept():
    import cv2

    deep = np.dstack([deep_grey()] * 3)
    content = cv2.imencode(".png", deep)[1].tobytes()
    result = made(content)
    assert result.is_original_kept
    assert (cv2.imdecode(np.frombuffer(result.content, np.uint8), cv2.IMREAD_UNCHANGED) == deep).all()


def test_a_png_keeps_how_its_samples_are_to_be_shown():
    png = files.saved(photo(), "PNG")
    gamma = files.png_chunk(b"gAMA", (100_000).to_bytes(4, "big"))
    result = made(png[:33] + gamma + png[33:])
    assert gamma in result.content


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("source", ["GIF", "WEBP", "PNG", "AVIF"])
def test_of_an_animation_the_first_frame_is_left(source, output):
    frames = [photo().convert("RGB").rotate(90 * turn) for turn in range(3)]
    content = files.saved(frames[0], source, save_all=True, append_images=frames[1:])
    assert decode(content).notices
    result = made(content, format=output)
    assert planted.distance(result.content, content) < 9
