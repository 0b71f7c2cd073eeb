"""The gate's refusals, each with its code, and in the order of the checks."""

import gzip
import io
import struct
import time
import zipfile

import numpy as np
import pytest
from PIL import Image

from poses.engine import decode as gate
from poses.engine.decode import decode
from poses.engine.errors import ImageRefused

from . import files
from .files import code_of, png, saved, small_photo

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"/>'
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n%%EndComments\nshowpage\n"
MP4 = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(4096)
MOV = b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(4096)
PSD = b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 64, 64, 8, 3) + bytes(20_000)


def zip_file() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("photo.jpg", small_photo("JPEG"))
    return target.getvalue()


NOT_IMAGES = {
    "text": b"a photo of a person, described in words\n" * 20,
    "text that begins like a BMP": b"BM is not only how bitmaps begin" * 20,
    "PDF": PDF,
    "SVG": SVG,
    "EPS": EPS,
    "HTML": b"<!doctype html><script>alert(1)</script>" * 10,
    "ZIP": zip_file(),
    "gzip of a photo": gzip.compress(small_photo("JPEG")),
    "random bytes": np.random.default_rng(7).bytes(5000),
    "zeros": bytes(5000),
    "one byte": b"\xff",
    "MP4": MP4,
    "QuickTime": MOV,
    "PSD": PSD,
    "ICO": saved(Image.new("RGB", (64, 64)), "ICO"),
    "ICNS": saved(Image.new("RGBA", (64, 64)), "ICNS"),
    "TGA": saved(Image.new("RGB", (64, 64)), "TGA"),
    "PCX": saved(Image.new("RGB", (64, 64)), "PCX"),
    "PPM": saved(Image.new("RGB", (64, 64)), "PPM"),
    "SGI": saved(Image.new("RGB", (64, 64)), "SGI"),
    "JPEG 2000": saved(Image.new("RGB", (64, 64)), "JPEG2000"),
    "DDS": saved(Image.new("RGB", (64, 64)), "DDS"),
    "a photo behind something else": PDF + small_photo("JPEG"),
    "WAV": b"RIFF" + struct.pack("<I", 36) + b"WAVEfmt " + bytes(5000),
}


def test_an_empty_file():
    assert code_of(b"") == "empty_file"


def test_one_byte_over_25_mb():
    content = small_photo("JPEG")
    assert code_of(content + bytes(25 * 1024 * 1024 + 1 - len(content))) == "file_too_large"


def test_a_photo_of_exactly_25_mb_with_zeros_behind_it_is_read():
    content = small_photo("JPEG")
    assert decode(content + bytes(25 * 1024 * 1024 - len(content))).width == 96


def test_a_small_photo_with_300_mb_of_zeros_behind_it():
    assert code_of(small_photo("JPEG") + bytes(300_000_000)) == "file_too_large"


@pytest.mark.parametrize("content", NOT_IMAGES.values(), ids=NOT_IMAGES.keys())
def test_what_is_no_photo(content):
    assert code_of(content) == "not_an_image"


def test_the_refusal_names_the_formats_that_are_read():
    with pytest.raises(ImageRefused) as caught:
        decode(SVG)
    assert "JPEG, PNG, WebP, AVIF, GIF, BMP, TIFF, HEIC" in caught.value.message


def test_a_polyglot_is_only_what_it_begins_with():
    photo = decode(small_photo("GIF") + zip_file() + PDF)
    assert (photo.format.content_type, photo.format.extension) == ("image/gif", "gif")


def test_a_png_of_144_megapixels_is_refused_at_once():
    bomb = png(12_000, 12_000, pixels=b"")
    started = time.perf_counter()
    assert code_of(bomb) == "too_many_pixels"
    assert time.perf_counter() - started < 0.1


def test_more_than_50_megapixels():
    assert code_of(png(10_000, 5_001, pixels=b"")) == "too_many_pixels"


def test_exactly_50_megapixels_pass_the_size_check():
    assert code_of(png(10_000, 5_000, pixels=b"")) == "corrupt_image"


def test_a_gif_with_a_huge_screen():
    content = bytearray(small_photo("GIF"))
    content[6:10] = struct.pack("<HH", 65_535, 65_535)
    assert code_of(bytes(content)) == "too_many_pixels"


def test_a_gif_with_a_huge_frame_on_a_small_screen():
    content = bytearray(small_photo("GIF"))
    frame = content.index(b"\x2c\0\0\0\0")
    content[frame + 5 : frame + 9] = struct.pack("<HH", 65_535, 65_535)
    assert code_of(bytes(content)) == "too_many_pixels"


def test_a_bmp_with_a_huge_header():
    content = bytearray(small_photo("BMP"))
    content[18:26] = struct.pack("<ii", 16_000, 16_000)
    assert code_of(bytes(content)) == "too_many_pixels"


def test_a_tiff_with_absurd_sides():
    assert code_of(files.tiff(4_000_000_000, 4_000_000_000)) == "too_many_pixels"


@pytest.mark.parametrize("format_name", ["AVIF", "HEIF"])
def test_an_avif_and_a_heic_over_50_megapixels_are_refused_undecoded(format_name):
    size, huge = struct.pack(">II", 96, 80), struct.pack(">II", 7_200, 7_000)
    content = small_photo(format_name)
    assert content.count(b"ispe\0\0\0\0" + size) == 1
    assert code_of(content.replace(b"ispe\0\0\0\0" + size, b"ispe\0\0\0\0" + huge)) == "too_many_pixels"


def test_a_webp_over_50_megapixels_is_refused_undecoded():
    frames = [corners := files.corners(), corners.transpose(Image.Transpose.ROTATE_180)]
    content = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    assert content[12:16] == b"VP8X"
    side = struct.pack("<I", 16_383 - 1)[:3]
    assert code_of(content[:24] + side + side + content[30:]) == "too_many_pixels"


@pytest.mark.parametrize(("width", "height"), [(15, 100), (100, 15), (1, 30_000), (20_000, 20), (16_385, 16)])
def test_sides_out_of_bounds(width, height):
    assert code_of(png(width, height)) == "bad_dimensions"


@pytest.mark.parametrize(("width", "height"), [(16, 16), (16, 16_384), (16_384, 16)])
def test_sides_at_the_bounds(width, height):
    photo = decode(png(width, height), target_side=None)
    assert (photo.width, photo.height) == (width, height)


def test_a_jpeg_with_more_than_64_scans():
    progressive = saved(files.astronaut().resize((64, 64)), "JPEG", progressive=True)
    assert decode(files.with_repeated_last_scan(progressive, 64)).width == 64
    assert code_of(files.with_repeated_last_scan(progressive, 65)) == "too_complex"


@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
@pytest.mark.parametrize("target_side", [None, 128])
def test_a_jpeg_cut_off(share, target_side):
    content = saved(files.grace_hopper(), "JPEG", quality=90)
    with pytest.raises(ImageRefused) as caught:
        decode(content[: int(len(content) * share)], target_side=target_side)
    assert caught.value.code == "corrupt_image"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("format_name", [name for name in files.EIGHT_FORMATS if name != "GIF"])
def test_any_format_cut_off(format_name, share):
    content = small_photo(format_name)
    assert code_of(content[: int(len(content) * share)]) == "corrupt_image"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_gif_cut_off(share):
    content = small_photo("GIF")
    assert code_of(content[: int(len(content) * share)]) == "corrupt_image"


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "HEIF", "AVIF"])
def test_a_file_cut_off_in_its_header_is_damaged_and_not_something_else(format_name):
    assert code_of(small_photo(format_name)[:24]) == "corrupt_image"


def test_a_tiff_whose_directory_was_cut_off():
    """Most programs write the directory behind the pixels, so a cut takes it away."""
    assert code_of(b"II*\0" + struct.pack("<I", 5_000_000) + bytes(100_000)) == "corrupt_image"


def test_a_png_with_a_broken_checksum():
    content = bytearray(small_photo("PNG"))
    content[content.index(b"IDAT") + 40] ^= 0xFF
    assert code_of(bytes(content)) == "corrupt_image"


def test_a_png_without_pixels():
    assert code_of(png(64, 64, pixels=b"")) == "corrupt_image"


def test_a_tiff_without_strips():
    assert code_of(files.tiff(64, 64, offsets=0)) in ("corrupt_image", "not_an_image")


def test_a_heic_whose_picture_is_larger_than_its_header_says():
    size = b"ispe\0\0\0\0" + struct.pack(">II", 96, 80)
    lying = small_photo("HEIF").replace(size, b"ispe\0\0\0\0" + struct.pack(">II", 64, 48))
    assert code_of(lying) == "corrupt_image"


# Each of these is wrong in two ways; the first check in the order must speak.


def test_too_large_comes_before_not_an_image():
    assert code_of(b"x" * (gate.MAX_BYTES + 1)) == "file_too_large"


def test_too_large_comes_before_too_many_pixels():
    assert code_of(png(12_000, 12_000, pixels=b"") + bytes(gate.MAX_BYTES)) == "file_too_large"


def test_too_many_pixels_comes_before_bad_dimensions():
    assert code_of(png(60_000, 1_000, pixels=b"")) == "too_many_pixels"


def test_too_many_pixels_comes_before_corrupt():
    assert code_of(png(12_000, 12_000, pixels=b"no deflate stream")) == "too_many_pixels"


def test_bad_dimensions_come_before_corrupt():
    assert code_of(png(15, 100, pixels=b"no deflate stream")) == "bad_dimensions"


def test_bad_dimensions_come_before_too_complex():
    progressive = saved(files.astronaut().resize((8, 8)), "JPEG", progressive=True)
    assert code_of(files.with_repeated_last_scan(progressive, 100)) == "bad_dimensions"


def test_too_complex_comes_before_corrupt():
    progressive = saved(files.astronaut().resize((64, 64)), "JPEG", progressive=True)
    cut = files.with_repeated_last_scan(progressive, 100)[:-40]
    assert code_of(cut) == "too_complex"
