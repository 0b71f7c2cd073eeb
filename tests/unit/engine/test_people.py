import pytest

from poses.engine.people import Keypoint, KeypointState


def point(*, x: float = 0.5, y: float = 0.5, visibility: float = 0.9, presence: float = 0.9) -> Keypoint:
    return Keypoint("nose", x, y, 0.0, visibility, presence)


@pytest.mark.parametrize("visibility", [0.5, 0.51, 1])
@pytest.mark.parametrize(("x", "presence"), [(0.5, 0.9), (0.5, 0.0), (1.4, 0.9), (-2, 0.0)])
def test_a_visible_point_is_visible_wherever_it_lies(visibility, x, presence):
    assert point(x=x, visibility=visibility, presence=presence).state is KeypointState.VISIBLE


@pytest.mark.parametrize(("x", "y"), [(0, 0), (1, 1), (0.5, 0.5), (0, 1)])
def test_a_hidden_point_inside_the_photo_is_occluded(x, y):
    assert point(x=x, y=y, visibility=0.4999, presence=0.5).state is KeypointState.OCCLUDED


@pytest.mark.parametrize(("x", "y"), [(-0.001, 0.5), (1.001, 0.5), (0.5, -0.001), (0.5, 1.001)])
def test_a_hidden_point_outside_the_photo_is_absent(x, y):
    assert point(x=x, y=y, visibility=0.4).state is KeypointState.ABSENT


def test_a_hidden_point_that_is_not_present_is_absent():
    assert point(visibility=0.4, presence=0.49).state is KeypointState.ABSENT


def test_people_cannot_be_changed():
    with pytest.raises(AttributeError):
        point().x = 0.1  # type: ignore[misc]
