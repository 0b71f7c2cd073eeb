"""What a person asks of a detection that runs again."""

from collections.abc import Mapping
from typing import Any

from django import forms

from poses.engine.detector import MAX_PEOPLE, MIN_PEOPLE
from poses.models import Photo
from poses.services.engine import available_models
from poses.services.options import DetectionOptions

# Lower thresholds that are offered where nobody was found, the first that is below what was asked.
LOWER_CONFIDENCES = (0.3, 0.1)


class DetectForm(forms.Form):
    """People, threshold in per cent, and the model where there is a choice; what is left out stays as it was."""

    people = forms.IntegerField(label="People at most", min_value=MIN_PEOPLE, max_value=MAX_PEOPLE, required=False)
    threshold = forms.IntegerField(label="Threshold", min_value=0, max_value=100, required=False, help_text="%")
    model = forms.ChoiceField(label="Model", required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, photo: Photo) -> None:
        initial = {
            "people": photo.people_wanted,
            "threshold": round(photo.min_confidence * 100),
            "model": photo.model_name,
        }
        super().__init__(data, initial=initial)
        self._photo = photo
        names = list(available_models())
        if len(names) > 1:
            self.fields["model"] = forms.ChoiceField(
                label="Model", required=False, choices=[(name, name) for name in names]
            )
        else:
            del self.fields["model"]

    @property
    def options(self) -> DetectionOptions:
        """The valid form's options."""
        asked, before = self.cleaned_data, DetectionOptions.again(self._photo)
        threshold = asked.get("threshold")
        return DetectionOptions(
            model=asked.get("model") or before.model,
            people=asked.get("people") or before.people,
            min_confidence=before.min_confidence if threshold is None else threshold / 100,
        )


def lower_thresholds(photo: Photo) -> list[int]:
    """Thresholds in per cent below the photo's own that are worth a try."""
    return [round(value * 100) for value in LOWER_CONFIDENCES if value < photo.min_confidence - 0.005]
