"""Days that people give, as moments."""

from datetime import date, datetime, time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

# Databases and time zones fail on the calendar's ends.
DAY_VALIDATORS = (MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(2999, 12, 31)))


def begin_of(day: date) -> datetime:
    """The day's first moment in the site's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    """The day's last moment in the site's time zone."""
    return timezone.make_aware(datetime.combine(day, time.max))
