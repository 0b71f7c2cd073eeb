"""Photos with something to hide, in every format, and what the tests ask of files that come out."""

import functools
import io

import numpy as np
from PIL import Image, ImageCms, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo

from batches.imaging.compress import Compressed, compress
from batches.imaging.settings import CompressionSettings, OutputFormat
from poses.engine.decode import FORMATS, decode
from tests.unit.engine import files

SECRET = b"home-of-the-planted-secret"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRET + b"</x:xmpmeta>"
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
OUTPUTS = tuple(OutputFormat)


def exif(orientation: int = 1) -> bytes:
    """With a camera and a place."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = SECRET.decode()
    data.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.0), 29: SECRET.decode()})
    return data.tobytes()


def jpeg_with_secrets(image: Image.Image, orientation: int = 1, **options: object) -> bytes:
    jpeg = files.saved(image, "JPEG", exif=exif(orientation), xmp=XMP, comment=SECRET, **options)
    iptc = files.jpeg_segment(0xED, b"Photoshop 3.0\x008BIM" + SECRET)
    thumbnail = files.jpeg_segment(0xE0, b"JFXX\0\x10" + SECRET)
    at = 20 if jpeg[6:10] == b"JFIF" else 2
    return jpeg[:at] + thumbnail + iptc + jpeg[at:] + SECRET


def png_with_secrets(image: Image.Image, orientation: int = 1, **options: object) -> bytes:
    text = PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    png = files.saved(image, "PNG", pnginfo=text, exif=exif(orientation), **options)
    own = files.png_chunk(b"prVt", SECRET) + files.png_chunk(b"tIME", SECRET)
    return png[:33] + own + png[33:] + SECRET


def with_secrets(format_name: str, image: Image.Image, orientation: int = 1, **options: object) -> bytes:
    if format_name == "JPEG":
        return jpeg_with_secrets(image, orientation, **options)
    if format_name == "PNG":
        return png_with_secrets(image, orientation, **options)
    if format_name in ("WEBP", "AVIF", "HEIF"):
        return files.saved(image, format_name, exif=exif(orientation), xmp=XMP, **options)
    if format_name == "GIF":
        return files.saved(image, "GIF", comment=SECRET, **options)
    if format_name == "TIFF":
        tags = TiffImagePlugin.ImageFileDirectory_v2()
        tags[270], tags[700] = SECRET.decode(), XMP
        return files.saved(image, "TIFF", tiffinfo=tags, **options)
    return files.saved(image, format_name, **options) + SECRET


@functools.cache
def photo(width: int = 192, height: int = 160) -> Image.Image:
    return files.astronaut().crop((150, 60, 342, 220)).resize((width, height))


@functools.cache
def secret_photo(format_name: str) -> bytes:
    content = with_secrets(format_name, photo())
    assert SECRET in content
    return content


def made(content: bytes, *, with_ssim: bool = False, **settings: object) -> Compressed:
    """What comes of it, without the gate's pixels and with them: the same."""
    asked = CompressionSettings(**settings)
    alone = compress(content, asked, with_ssim=with_ssim)
    given = compress(content, asked, decoded=decode(content), with_ssim=with_ssim)
    assert (alone.format, alone.width, alone.height) == (given.format, given.width, given.height)
    for result in (alone, given):
        assert_sound(result, content)
    return alone


def assert_sound(result: Compressed, original: bytes) -> None:
    """What holds of every output."""
    assert result.bytes_before == len(original)
    assert result.bytes_after == len(result.content) <= len(original)
    assert SECRET not in result.content
    photo = decode(result.content)
    assert photo.format == result.format
    assert (photo.width, photo.height) == (result.width, result.height)
    assert photo.notices == ()
    with Image.open(io.BytesIO(result.content)) as image:
        tags = dict(image.getexif())
        tags.pop(0x8769, None)
        assert set(tags) <= ({0x0112} if result.is_original_kept else set())
        assert not image.getexif().get_ifd(0x8825)
        assert not {"comment", "xmp", "photoshop"} & set(image.info)


def pixels(content: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """Upright, over white."""
    return decode(content, target_side=None).pixels


def distance(one: bytes, other: bytes) -> float:
    return float(np.abs(pixels(one).astype(int) - pixels(other)).mean())


def profile_of(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        return image.info.get("icc_profile") or b""


def kind(name: str) -> object:
    return FORMATS[name]
