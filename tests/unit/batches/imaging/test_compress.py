import io
import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import simplejpeg
from PIL import Image

from batches.imaging.compress import compress
from batches.imaging.settings import CompressionSettings
from poses.engine.decode import FORMATS, decode
from poses.engine.errors import ImageRefused
from tests.unit.engine import files

from . import planted
from .planted import made, photo


def tiny(format_name: str, orientation: int = 1, image: Image.Image | None = None) -> bytes:
    """Compressed as far as it goes, then with metadata."""
    options = {"JPEG": {"quality": 5, "optimize": True}, "WEBP": {"quality": 1}, "PNG": {"optimize": True}}
    image = files.corners(32, 24) if image is None else image
    return planted.with_secrets(format_name, image, orientation, **options.get(format_name, {}))


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("source", ["JPEG", "WEBP"])
def test_what_would_grow_is_kept_but_for_its_metadata(source, orientation):
    content = tiny(source, orientation, photo())
    result = made(content, quality=95, with_ssim=True)
    assert result.is_original_kept
    assert (result.quality, result.ssim) == (None, 1.0)
    assert result.format == FORMATS[source]
    assert planted.distance(result.content, content) == 0
    with Image.open(io.BytesIO(result.content)) as image:
        assert image.getexif().get(0x0112, 1) == orientation
    if orientation == 6:
        assert (result.width, result.height) == (160, 192)


def test_a_png_that_cannot_be_smaller_is_kept_but_for_its_metadata():
    content = tiny("PNG")
    best = made(content)
    again = made(best.content)
    assert again.is_original_kept
    assert again.content == best.content


def test_a_kept_jpeg_keeps_its_profile_and_adobes_colour_marker():
    cmyk = planted.jpeg_with_secrets(photo().convert("CMYK"), quality=3, icc_profile=b"x" * 16 + b"CMYK" + b"y" * 99)
    result = made(cmyk, quality=100)
    assert result.is_original_kept
    assert b"Adobe" in result.content
    assert planted.profile_of(result.content) == planted.profile_of(cmyk)


def test_a_phones_second_picture_goes():
    second = files.saved(photo(), "JPEG", exif=planted.exif(), quality=10)
    content = tiny("JPEG", image=photo()) + second
    small = made(content, quality=100)
    assert planted.SECRET not in small.content
    mpo = files.saved(photo(), "MPO", save_all=True, append_images=[photo()], quality=3)
    assert made(mpo, quality=60).content.count(b"\xff\xd8\xff") == 1


@pytest.mark.parametrize("progressive", [True, False])
def test_a_kept_jpeg_of_many_scans_is_whole(progressive):
    content = planted.jpeg_with_secrets(photo(), quality=5, progressive=progressive, restart_marker_rows=2)
    result = made(content, quality=90)
    assert result.is_original_kept
    assert planted.distance(result.content, content) == 0


@pytest.mark.parametrize("output", ["keep", "jpeg", "webp", "avif"])
@pytest.mark.parametrize("source", ["GIF", "TIFF", "BMP", "AVIF", "HEIF"])
def test_what_cannot_be_kept_gets_a_quality_at_which_it_does_not_grow(source, output):
    options = {"AVIF": {"quality": 5}, "HEIF": {"quality": 5}, "TIFF": {"compression": "tiff_deflate"}}
    content = planted.with_secrets(source, photo(), **options.get(source, {}))
    result = made(content, format=output, quality=100)
    assert not result.is_original_kept


@pytest.mark.parametrize("size", [(16, 16), (400, 300)])
def test_even_a_single_colour_does_not_grow(size):
    for source in ("GIF", "TIFF", "BMP", "AVIF"):
        if source != "BMP" or size == (16, 16):
            image = Image.new("1" if source in ("TIFF", "BMP") else "L", size)
            content = files.saved(image, source, **({"compression": "group4"} if source == "TIFF" else {}))
            compressed = compress(content, CompressionSettings(), decoded=decode(content))
            assert compressed.bytes_after <= len(content)


def test_a_jpeg_that_is_mostly_metadata_is_kept_and_far_smaller():
    content = files.with_segments(files.saved(photo(), "JPEG", quality=50), files.jpeg_segment(0xE4, bytes(60_000)) * 2)
    for wish in ({"quality": 50}, {"target_percent": 50}):
        result = made(content, **wish)
        assert result.is_original_kept
        assert result.bytes_after < len(content) / 10


@pytest.mark.parametrize(("source", "output"), [("JPEG", "keep"), ("JPEG", "webp"), ("PNG", "jpeg"), ("JPEG", "avif")])
@pytest.mark.parametrize("percent", [25, 60])
def test_a_target_is_reached_with_the_best_quality_that_fits(source, output, percent):
    content = files.saved(photo(), source, **({"quality": 90} if source == "JPEG" else {}))
    result = made(content, format=output, target_percent=percent)
    assert result.bytes_after <= len(content) * percent / 100
    assert result.quality is not None
    assert 1 <= result.quality <= 95
    if result.quality < 95:
        better = compress(content, CompressionSettings(format=output, quality=result.quality + 1))
        fits = better.bytes_after <= len(content) * percent / 100
        assert not fits or result.bytes_after >= 0.99 * len(content) * percent / 100


@pytest.mark.parametrize(("subsampling", "expected"), [(0, "444"), (1, "420"), (2, "420")])
def test_colours_stay_at_full_size_only_where_they_were_and_in_high_quality(subsampling, expected):
    content = files.saved(photo(), "JPEG", quality=98, subsampling=subsampling)
    for quality, sampling in ((90, expected), (89, "420")):
        result = made(content, quality=quality)
        assert not result.is_original_kept
        assert simplejpeg.decode_jpeg_header(result.content)[3] == sampling


def test_a_target_out_of_reach_gives_the_lowest_quality():
    result = made(files.saved(photo(), "JPEG", quality=30), target_percent=1)
    assert result.quality == 1
    assert result.bytes_after > result.bytes_before / 100


@pytest.mark.parametrize("output", planted.OUTPUTS)
@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP"])
def test_a_longest_side_makes_smaller_and_never_larger(source, output):
    content = planted.with_secrets(source, photo(), 6)
    for side, size in ((100, (83, 100)), (16, (13, 16)), (4000, (160, 192))):
        if side == 16:
            result = compress(content, CompressionSettings(format=output, longest_side=16, quality=70))
        else:
            result = made(content, format=output, longest_side=side, quality=70)
        assert (result.width, result.height) == size


def test_a_small_copy_of_a_large_jpeg_looks_like_it():
    large = files.astronaut().resize((1200, 1000), Image.Resampling.BICUBIC)
    content = files.saved(large, "JPEG", quality=95)
    result = made(content, longest_side=300, quality=95)
    expected = np.asarray(large.resize((300, 250), Image.Resampling.LANCZOS), int)
    assert np.abs(planted.pixels(result.content) - expected).mean() < 4


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_a_png_of_every_kind_is_made_smaller(mode):
    image = photo()
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L"), np.uint16) * 257)
    content = files.saved(image.convert(mode), "PNG")
    result = made(content, longest_side=60, with_ssim=True)
    assert result.format == FORMATS["PNG"]
    assert max(result.width, result.height) == 60 or result.is_original_kept
    assert result.ssim is not None
    assert result.ssim > (0.5 if mode == "1" else 0.93)


@pytest.mark.parametrize("output", planted.OUTPUTS)
def test_similarity_is_measured_on_request(output):
    content = files.saved(photo(), "JPEG", quality=95)
    low, high = (made(content, format=output, quality=quality, with_ssim=True).ssim for quality in (10, 80))
    assert low is not None
    assert high is not None
    assert 0.4 < low < high <= 1
    assert made(content, format=output).ssim is None


def test_the_gates_pixels_are_not_decoded_again(monkeypatch):
    content = files.saved(photo(), "JPEG", quality=95)
    decoded = decode(content)
    monkeypatch.setattr("simplejpeg.decode_jpeg", None)
    monkeypatch.setattr("batches.imaging.sources.decode", None)
    result = compress(content, CompressionSettings(), decoded=decoded)
    assert not result.is_original_kept


def test_a_photo_that_the_gate_reduced_comes_out_whole():
    large = files.astronaut().resize((2700, 400), Image.Resampling.BICUBIC)
    for source in ("JPEG", "PNG"):
        content = files.saved(large, source, **({"quality": 90} if source == "JPEG" else {"compress_level": 1}))
        assert decode(content).pixels.shape[1] < 2700
        result = made(content, format="jpeg")
        assert (result.width, result.height) == (2700, 400)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP", "GIF", "TIFF"])
def test_a_truncated_file_is_refused(source, share):
    content = files.saved(photo(), source)
    with pytest.raises(ImageRefused) as caught:
        compress(content[: int(len(content) * share)], CompressionSettings())
    assert caught.value.code == "corrupt_image"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"a,b\n1,2\n", "not_an_image"),
        (files.saved(Image.new("RGB", (15, 40)), "JPEG"), "bad_dimensions"),
        (files.with_repeated_last_scan(files.saved(photo(), "JPEG", progressive=True), 65), "too_complex"),
    ],
)
def test_what_the_gate_refuses_is_refused_with_its_code(content, code):
    with pytest.raises(ImageRefused) as caught:
        compress(content, CompressionSettings())
    assert caught.value.code == code


def test_a_jpeg_that_decoders_warn_of_is_compressed():
    jpeg = files.saved(photo(), "JPEG", quality=95)
    at = jpeg.index(b"\xff\xda")
    odd = jpeg[:at] + b"\x01\x02" + jpeg[at:]
    result = made(odd)
    assert planted.distance(result.content, jpeg) < 8


def test_threads_do_not_get_in_each_others_way():
    contents = [files.saved(photo().rotate(90 * turn), "JPEG", quality=90) for turn in range(4)]
    settings = CompressionSettings(quality=40)
    alone = [compress(content, settings).content for content in contents]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda number: compress(contents[number % 4], settings).content, range(80)))
    assert together == alone * 20


def test_a_process_forked_after_use_compresses():
    content = files.saved(photo(), "JPEG", quality=90)
    expected = compress(content, CompressionSettings()).content
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(_compressed, (content,)) == expected


def _compressed(content: bytes) -> bytes:
    return compress(content, CompressionSettings()).content
