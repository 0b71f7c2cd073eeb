"""Plain JPEGs take a shorter way through the gate, to the same pixels and the same refusals."""

import io

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin
from skimage import data

from poses.engine import decode as gate
from poses.engine.decode import decode
from poses.engine.errors import ImageRefused

PHOTO = Image.fromarray(data.astronaut())


def jpeg(photo: Image.Image = PHOTO, **options: object) -> bytes:
    target = io.BytesIO()
    photo.save(target, "JPEG", **options)
    return target.getvalue()


def way_of(content: bytes, monkeypatch: pytest.MonkeyPatch, **options: object) -> tuple[np.ndarray, bool]:
    """The gate's pixels, and whether they came the short way."""
    took: list[bool] = []
    original = gate._plain_jpeg

    def watched(*args: object) -> object:
        pixels = original(*args)
        took.append(pixels is not None)
        return pixels

    monkeypatch.setattr(gate, "_plain_jpeg", watched)
    return decode(content, **options).pixels, any(took)


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("quality", [30, 95])
def test_the_pixels_are_those_of_pillow(subsampling, progressive, quality, monkeypatch):
    content = jpeg(quality=quality, subsampling=subsampling, progressive=progressive)
    pixels, is_short = way_of(content, monkeypatch)
    assert is_short
    assert np.array_equal(pixels, np.asarray(Image.open(io.BytesIO(content)).convert("RGB")))


@pytest.mark.parametrize(
    "content",
    [jpeg(restart_marker_blocks=4), jpeg(keep_rgb=True), jpeg(PHOTO.crop((0, 0, 511, 333))), jpeg(optimize=True)],
    ids=["restarts", "stored as RGB", "odd size", "own tables"],
)
def test_so_are_those_of_odder_files(content, monkeypatch):
    pixels, _ = way_of(content, monkeypatch)
    assert np.array_equal(pixels, np.asarray(Image.open(io.BytesIO(content)).convert("RGB")))


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (jpeg(PHOTO.convert("L")), {}),
        (jpeg(PHOTO.convert("CMYK")), {}),
        (jpeg(PHOTO.resize((3000, 2000))), {}),
        (jpeg(exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"), {}),
    ],
    ids=["grey", "CMYK", "to be reduced", "turned"],
)
def test_other_files_take_the_long_way(content, options, monkeypatch):
    assert not way_of(content, monkeypatch, **options)[1]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99, 0.999])
def test_a_cut_file_is_refused_as_before(share):
    content = jpeg()
    with pytest.raises(ImageRefused) as refused:
        decode(content[: int(len(content) * share)])
    assert refused.value.code == "corrupt_image"


def test_a_file_that_pillow_takes_in_spite_of_a_warning_is_taken_with_its_pixels(monkeypatch):
    content = jpeg()
    end = content.rindex(b"\xff\xd9")
    odd = content[:end]  # without the marker of the end
    assert JpegImagePlugin.JpegImageFile(io.BytesIO(odd)).size == PHOTO.size
    try:
        expected = np.asarray(Image.open(io.BytesIO(odd)).convert("RGB"))
    except OSError:
        with pytest.raises(ImageRefused):
            decode(odd)
        return
    pixels, is_short = way_of(odd, monkeypatch)
    assert not is_short
    assert np.array_equal(pixels, expected)
