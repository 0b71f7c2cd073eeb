"""How pages and e-mails say sizes, times and names."""

from django import template
from django.template.defaultfilters import filesizeformat

register = template.Library()

_DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
_MINUTE, _HOUR = 60, 3600


@register.filter(name="bytes")
def as_bytes(count: int | None) -> str:
    """`3.2 MB`, or a dash."""
    return "–" if count is None else filesizeformat(count).replace("\xa0", " ")


@register.filter
def database(vendor: str) -> str:
    """The engine as it calls itself."""
    return _DATABASES.get(vendor, vendor)


@register.filter
def counted(number: int | None, one: str) -> str:
    """`1 row`, `1,200 rows`, or a dash."""
    return "–" if number is None else f"{number:,} {one if number == 1 else one + 's'}"


@register.filter
def duration(seconds: float | None) -> str:
    """`0.8 s`, `42 s`, `3 min 5 s`, `2 h 10 min`, or a dash."""
    if seconds is None:
        return "–"
    if seconds < 10:  # noqa: PLR2004  # below that a part of a second says something
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
