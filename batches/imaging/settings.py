"""What is asked of a compression."""

from dataclasses import dataclass
from enum import StrEnum

from poses.engine.errors import EngineError

DEFAULT_QUALITY = 50
_QUALITIES = (1, 100)
_TARGET_PERCENTS = (1, 99)
_LONGEST_SIDES = (16, 16_384)


class OutputFormat(StrEnum):
    """`KEEP` is the original's own format, and JPEG or WebP for one that browsers do not show."""

    KEEP = "keep"
    JPEG = "jpeg"
    WEBP = "webp"
    AVIF = "avif"


class SettingsInvalid(EngineError):
    """The settings are not a compression that can be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionSettings:
    """A quality (1 to 100), or a target as a share of the original's bytes in per cent (1 to 99); without either 50.

    `longest_side` (16 to 16,384 pixels) makes larger photos smaller and no photo larger. Raises SettingsInvalid
    (`format_invalid`, `quality_invalid`, `target_percent_invalid`, `longest_side_invalid`, `quality_and_target`).
    """

    format: OutputFormat = OutputFormat.KEEP
    quality: int | None = None
    target_percent: int | None = None
    longest_side: int | None = None

    def __post_init__(self) -> None:
        if self.format not in tuple(OutputFormat):
            names = ", ".join(OutputFormat)
            raise SettingsInvalid("format_invalid", f"The format must be one of these: {names}.")
        object.__setattr__(self, "format", OutputFormat(self.format))
        _check("quality", self.quality, _QUALITIES)
        _check("target_percent", self.target_percent, _TARGET_PERCENTS)
        _check("longest_side", self.longest_side, _LONGEST_SIDES)
        if self.quality is not None and self.target_percent is not None:
            raise SettingsInvalid("quality_and_target", "Give a quality or a target size, not both.")

    @property
    def used_quality(self) -> int:
        """The quality where there is no target."""
        return DEFAULT_QUALITY if self.quality is None else self.quality

    @property
    def key(self) -> str:
        """Short and stable, such as `webp-q50-s1600` or `keep-t40`; the same for settings that ask for the same."""
        size = f"q{self.used_quality}" if self.target_percent is None else f"t{self.target_percent}"
        side = "" if self.longest_side is None else f"-s{self.longest_side}"
        return f"{self.format}-{size}{side}"


def _check(name: str, value: object, bounds: tuple[int, int]) -> None:
    low, high = bounds
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and low <= value <= high):
        return
    label = name.replace("_", " ")
    raise SettingsInvalid(f"{name}_invalid", f"The {label} must be a whole number from {low:,} to {high:,}.")
