"""The fonts that labels are written in."""

from functools import cache
from pathlib import Path

from PIL import ImageFont

_PX = 12
_IN_NO_FONT = "\uffff"


@cache
def plain_font() -> ImageFont.FreeTypeFont:
    """Pillow's own: ASCII and little more. Raises RuntimeError where Pillow is built without FreeType."""
    font = ImageFont.load_default(size=_PX)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow must be built with FreeType.")
    return font


def font_for(text: str) -> ImageFont.FreeTypeFont:
    """The plain font, or one with Greek and Cyrillic where the text has letters that the plain one lacks (µm)."""
    return plain_font() if all(map(_is_plain, set(text))) else _wide_font()


@cache
def _wide_font() -> ImageFont.FreeTypeFont:
    # Loaded only where needed: 0.4 s and 20 MB a process.
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf", _PX)


def _is_plain(character: str) -> bool:
    if character.isascii():
        return True
    font = plain_font()
    return bytes(font.getmask(character)) != bytes(font.getmask(_IN_NO_FONT))
