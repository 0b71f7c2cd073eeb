"""What a detection is asked for."""

from dataclasses import dataclass, replace

from django.conf import settings

from poses.engine.detector import DetectionSettings
from poses.models import Photo

from .engine import available_models


@dataclass(frozen=True, slots=True)
class DetectionOptions:
    """A model's name (None: the site's own), people to look for (1 to 10), confidence to ask of each (0 to 1)."""

    model: str | None
    people: int
    min_confidence: float

    @classmethod
    def given(
        cls, *, model: str | None = None, people: int | None = None, min_confidence: float | None = None
    ) -> "DetectionOptions":
        """What was given, and the site's settings for the rest."""
        return cls(
            model=model or None,
            people=settings.POSE_PEOPLE if people is None else people,
            min_confidence=settings.POSE_MIN_CONFIDENCE if min_confidence is None else min_confidence,
        )

    @classmethod
    def of_photo(cls, photo: Photo) -> "DetectionOptions":
        """What the photo's upload asked for."""
        return cls(model=photo.model_name, people=photo.people_wanted, min_confidence=photo.min_confidence)

    @classmethod
    def again(cls, photo: Photo) -> "DetectionOptions":
        """The same for another run: with the site's own model where the photo's is not installed any more."""
        before = cls.of_photo(photo)
        return before if before.model in available_models() else replace(before, model=None)

    @property
    def detection_settings(self) -> DetectionSettings:
        """The same for the engine."""
        return DetectionSettings(
            people=self.people,
            min_detection_confidence=self.min_confidence,
            min_presence_confidence=self.min_confidence,
        )
