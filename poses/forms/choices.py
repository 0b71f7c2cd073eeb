"""A conflict's answer: whose point to take, name by name, on top of what the edit had.

The conflict page posts it to where the edit was posted: the edit's own points as text, the number of the revision that
came in between as `expected_revision`, and a choice for each point that differs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import DomainError
from poses.engine import landmarks
from poses.engine.versions import Choice
from poses.models import Pose, PoseRevision
from poses.services.revising import numbered

from .text import as_text, from_text

PREFIX = "choice-"
# Names of the conflict page's other fields: how to go on, and the revisions that it showed.
GO_ON = "go_on"
BEGAN_FROM = "began_from"
MODEL_REVISION = "model_revision"
# To the editor, with the result of the choices or with the edit as it was before.
WITH_RESULT, WITH_MINE = "result", "mine"
_NAMES = (*landmarks.NAMES, *landmarks.EXTRA_NAMES)
_MODELS_OWN = ("z", "visibility", "presence")

Entry = Mapping[str, Any]


def wants_editor(data: Mapping[str, Any]) -> bool:
    """Whether the answer is to be looked at in the editor before it is saved."""
    return data.get(GO_ON) in (WITH_RESULT, WITH_MINE)


def chosen(pose: Pose, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was posted with the choices applied; the same where there are none, or the edit cannot be read."""
    if data.get(GO_ON) == WITH_MINE:
        return _with(data, expected_revision=data.get(BEGAN_FROM, ""))
    choices = _choices(data)
    if not choices:
        return data
    try:
        mine = _entries(data.get("keypoints", "")), _entries(data.get("extra_keypoints", "[]"))
        theirs = numbered(pose, _number(data, "expected_revision"), field="expected_revision")
        model = _model(pose, data)
    except (ValueError, DomainError):
        return data  # The form itself says what is wrong.
    merged = [
        _merged([dict(each) for each in versions], choices)
        for versions in zip(mine, *(_stored(revision) for revision in (theirs, model)), strict=True)
    ]
    return _with(data, keypoints=as_text([placed(entry) for entry in merged[0]]), extra_keypoints=as_text(merged[1]))


def placed(entry: Entry) -> dict[str, Any]:
    """A stored keypoint as an edit of any revision may give it: what is the model's is left to that revision."""
    return {name: value for name, value in entry.items() if name not in _MODELS_OWN} | {"state": entry.get("state")}


def _choices(data: Mapping[str, Any]) -> dict[str, Choice]:
    given = {name: data.get(f"{PREFIX}{name}") for name in _NAMES}
    return {name: Choice(value) for name, value in given.items() if value in set(Choice)}


def _entries(text: str) -> dict[str, Entry]:
    """By name. Raises ValueError where the text is no list of points."""
    entries = from_text(text)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and "name" in entry for entry in entries):
        raise ValueError("no list of points")
    return {str(entry["name"]): entry for entry in entries}


def _stored(revision: PoseRevision) -> tuple[dict[str, Entry], dict[str, Entry]]:
    keypoints, extras = revision.keypoints, revision.extra_keypoints
    return {entry["name"]: entry for entry in keypoints}, {entry["name"]: entry for entry in extras}


def _merged(versions: Sequence[Mapping[str, Entry]], choices: Mapping[str, Choice]) -> list[Entry]:
    """Each point from whom it was chosen, from the edit where nothing was; in the landmarks' order."""
    by_choice = dict(zip((Choice.MINE, Choice.THEIRS, Choice.MODEL), versions, strict=True))
    taken = (by_choice[choices.get(name, Choice.MINE)].get(name) for name in _NAMES)
    return [entry for entry in taken if entry is not None]


def _model(pose: Pose, data: Mapping[str, Any]) -> PoseRevision:
    """The one that the page showed: the model may have found the person again since."""
    return numbered(pose, _number(data, MODEL_REVISION), field=MODEL_REVISION)


def _number(data: Mapping[str, Any], name: str) -> int:
    return int(str(data.get(name, "")))


def _with(data: Mapping[str, Any], **values: str) -> Mapping[str, Any]:
    return {**{key: data[key] for key in data}, **values}
