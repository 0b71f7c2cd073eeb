import dataclasses
import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poses.engine import keypoints, landmarks, validation
from poses.engine.errors import KeypointsInvalid
from poses.engine.people import ExtraKeypoint, Keypoint, KeypointState

HUGE = pytest.param(10**5000, id="huge")  # more digits than Python writes out
NEGATIVE = pytest.param(-(10**400), id="hugely negative")
BASE = tuple(Keypoint(name, 0.1, 0.2, -0.3, 0.9, 0.8) for name in landmarks.NAMES)


def entries() -> list[dict[str, Any]]:
    return [
        {"name": name, "x": index / 40, "y": 0.5, "z": -0.25, "visibility": 0.75, "presence": 1}
        for index, name in enumerate(landmarks.NAMES)
    ]


def refusal(value: object, check: Callable[[object], object] = validation.validated) -> str:
    with pytest.raises(KeypointsInvalid) as caught:
        check(value)
    assert caught.value.code == "keypoints_invalid"
    assert len(caught.value.message) < 300
    caught.value.message.encode()  # no lone surrogates: the message is sent as UTF-8
    return caught.value.message


def changes_refusal(value: object) -> str:
    return refusal(value, lambda given: validation.validated_changes(given, BASE))


def test_33_good_keypoints_come_back_in_order():
    points = validation.validated(entries())
    assert [point.name for point in points] == list(landmarks.NAMES)
    assert points[4] == Keypoint(landmarks.NAMES[4], 0.1, 0.5, -0.25, 0.75, 1.0)
    assert all(isinstance(point.presence, float) for point in points)


def test_any_order_will_do():
    assert validation.validated(entries()[::-1]) == validation.validated(entries())


@pytest.mark.parametrize("value", [None, {}, "[]", 3, {"keypoints": entries()}, tuple(entries())])
def test_what_is_not_a_list(value):
    assert "expected a list" in refusal(value)


@pytest.mark.parametrize("count", [0, 1, 32])
def test_too_few_keypoints_and_which_are_missing(count):
    message = refusal(entries()[:count])
    assert f"expected 33 keypoints, got {count}" in message
    assert landmarks.NAMES[count] in message


@pytest.mark.parametrize("count", [34, 100_000])
def test_too_many_keypoints(count):
    assert f"expected 33 keypoints, got {count}" in refusal((entries() * (count // 33 + 1))[:count])


def test_a_keypoint_that_stands_twice():
    value = entries()
    value[5] = value[4]
    assert 'entry 5: "right_eye_inner" stands twice' in refusal(value)


@pytest.mark.parametrize("entry", [None, 3, "nose", [], [0.1, 0.2], True])
def test_an_entry_that_is_no_object(entry):
    value = entries()
    value[7] = entry
    assert "entry 7: expected an object" in refusal(value)


@pytest.mark.parametrize(
    "name", [None, "", "Nose", "left_tail", 0, True, 1.5, [], {}, ["nose"], {"a": 1}, "x" * 10_000, "\ud800", HUGE]
)
def test_an_unknown_name(name):
    value = entries()
    value[2]["name"] = name
    assert "entry 2, name: " in refusal(value)


def test_an_entry_without_a_name():
    value = entries()
    del value[2]["name"]
    assert "entry 2, name: None is not one of the 33" in refusal(value)


@pytest.mark.parametrize("field", ["x", "y", "z", "visibility", "presence"])
def test_a_missing_field(field):
    value = entries()
    del value[11][field]
    assert f"entry 11 (left_shoulder), {field}: missing" in refusal(value)


@pytest.mark.parametrize("field", ["likelihood", "X", "", "\ud800", "x" * 10_000])
def test_a_field_that_there_is_not(field):
    value = entries()
    value[11][field] = 1
    message = refusal(value)
    assert message.startswith("Keypoints: entry 11 (left_shoulder), ")
    assert "no such field" in message


@pytest.mark.parametrize(
    "number", [math.nan, math.inf, -math.inf, None, "0.5", "", True, False, [], {}, [0.5], {"value": 0.5}, b"1", 1j]
)
@pytest.mark.parametrize("field", ["x", "z", "visibility", "presence"])
def test_what_is_no_finite_number(field, number):
    value = entries()
    value[0][field] = number
    assert f"entry 0 (nose), {field}: expected a finite number" in refusal(value)


@pytest.mark.parametrize("number", [1.01, -0.01, 2, -1, 1e308, 10**400, NEGATIVE, HUGE])
@pytest.mark.parametrize("field", ["visibility", "presence"])
def test_a_share_out_of_range(field, number):
    value = entries()
    value[0][field] = number
    assert f"entry 0 (nose), {field}: must be 0 to 1" in refusal(value)


@pytest.mark.parametrize("number", [100.01, -101, 640, 1e308, 10**400, NEGATIVE, HUGE])
@pytest.mark.parametrize("field", ["x", "y", "z"])
def test_a_coordinate_in_pixels_or_beyond(field, number):
    value = entries()
    value[0][field] = number
    assert f"entry 0 (nose), {field}: is in shares of the photo's size" in refusal(value)


@pytest.mark.parametrize("number", [0, 1, 0.0, 1.0, -0.0])
def test_the_ends_of_a_share_are_good(number):
    value = entries()
    value[0]["visibility"] = number
    assert validation.validated(value)[0].visibility == number


@pytest.mark.parametrize(("field", "number"), [("x", -0.001), ("x", 1.001), ("y", -0.4), ("y", 1.7)])
def test_a_point_outside_the_photo_is_refused_unless_it_is_absent(field, number):
    value = entries()
    value[0][field] = number
    assert f"entry 0 (nose), {field}: lies outside the photo" in refusal(value)
    assert getattr(validation.validated([value[0] | {"state": "absent"}, *value[1:]])[0], field) == number


def test_a_point_that_the_model_placed_outside_may_stay_there_and_move_no_further():
    outside = (dataclasses.replace(BASE[0], y=1.2), *BASE[1:])
    stays = keypoints.to_json(outside)
    assert validation.validated(stays, outside) == outside
    stays[0]["y"] = 1.3
    assert "y: lies outside the photo at 1.3" in refusal(stays, lambda given: validation.validated(given, outside))
    seen = [{"name": "nose", "state": "occluded"}]  # whoever says more of it must place it
    assert "y: lies outside" in refusal(seen, lambda given: validation.validated_changes(given, outside))


def test_a_point_may_go_back_to_where_the_model_placed_it_outside():
    model = (dataclasses.replace(BASE[0], y=1.2), *BASE[1:])
    back = [{"name": "nose", "y": 1.2}]
    assert validation.validated_changes(back, BASE, model=model) == model
    assert "y: lies outside" in changes_refusal(back)


@pytest.mark.parametrize(("field", "own"), [("z", "-0.3"), ("visibility", "0.9"), ("presence", "0.8")])
def test_the_models_own_numbers_stay(field, own):
    assert f"{field}: is the model's and stays {own}" in changes_refusal([{"name": "nose", field: 0.5}])
    assert validation.validated_changes([{"name": "nose", field: float(own) + 4e-7}], BASE)


def test_the_edges_of_the_photo_are_on_it():
    value = entries()
    value[0] |= {"x": 0, "y": 1}
    assert (validation.validated(value)[0].x, validation.validated(value)[0].y) == (0, 1)


@pytest.mark.parametrize("state", ["visible", "occluded", "absent"])
def test_a_person_marks_a_state_and_the_models_numbers_stay(state):
    value = entries()
    value[0]["state"] = state
    point = validation.validated(value)[0]
    assert (point.state, point.visibility) == (KeypointState(state), 0.75)


@pytest.mark.parametrize("state", ["Visible", "", "hidden", 2, True, [], {}])
def test_an_unknown_state(state):
    value = entries()
    value[0]["state"] = state
    assert "entry 0 (nose), state: " in refusal(value)


def test_a_mark_stays_where_an_edit_leaves_it_out_and_goes_where_it_says_null():
    marked = (dataclasses.replace(BASE[0], marked=KeypointState.OCCLUDED), *BASE[1:])
    kept = validation.validated_changes([{"name": "nose", "x": 0.3}], marked)
    assert kept[0].marked is KeypointState.OCCLUDED
    assert validation.validated_changes([{"name": "nose", "state": None}], marked)[0].marked is None


def test_fields_may_be_left_out_where_that_is_allowed_and_names_may_not():
    names = [{"name": name} for name in landmarks.NAMES]
    assert validation.validated(names, BASE, may_omit=True) == BASE
    assert "x: missing" in refusal(names, lambda given: validation.validated(given, BASE))
    some = names[:-1]
    assert "got 32" in refusal(some, lambda given: validation.validated(given, BASE, may_omit=True))


def test_extra_landmarks_come_back_in_order_and_visible_unless_said_otherwise():
    given = [{"name": "chin", "x": 0.5, "y": 0.25}, {"name": "c7", "x": 0, "y": 1, "state": "occluded"}]
    assert validation.validated_extras(given) == (
        ExtraKeypoint("c7", 0.0, 1.0, KeypointState.OCCLUDED),
        ExtraKeypoint("chin", 0.5, 0.25, KeypointState.VISIBLE),
    )
    assert validation.validated_extras([]) == ()


@pytest.mark.parametrize(
    ("entry", "where"),
    [
        ({"name": "nose", "x": 0.5, "y": 0.5}, "entry 0, name: 'nose' is not one of the 8"),
        ({"name": "c7", "x": 0.5}, "entry 0 (c7), y: missing"),
        ({"name": "c7", "x": math.nan, "y": 0.5}, "entry 0 (c7), x: expected a finite number"),
        ({"name": "c7", "x": 0.5, "y": 1.01}, "entry 0 (c7), y: lies outside the photo"),
        ({"name": "c7", "x": 0.5, "y": 0.5, "state": "absent"}, "entry 0 (c7), state: 'absent' is not visible or"),
        ({"name": "c7", "x": 0.5, "y": 0.5, "z": 0}, "entry 0 (c7), 'z': no such field"),
        ("c7", "entry 0: expected an object"),
    ],
)
def test_a_bad_extra_landmark_is_named(entry, where):
    assert where in refusal([entry], validation.validated_extras)


def test_extra_landmarks_stand_once_each():
    twice = [{"name": "c7", "x": 0.5, "y": 0.5}] * 2
    assert 'entry 1: "c7" stands twice' in refusal(twice, validation.validated_extras)
    assert "got 9" in refusal([{"name": "c7"}] * 9, validation.validated_extras)
    assert "expected a list" in refusal(None, validation.validated_extras)


def test_junk_nested_deeper_than_python_recurses():
    junk: list[Any] = []
    for _ in range(100_000):
        junk = [junk]
    for field in ("name", "x", "visibility"):
        value = entries()
        value[3][field] = junk
        assert "a list" in refusal(value)
    value = entries()
    value[3] = junk  # type: ignore[call-overload]
    assert "entry 3" in refusal(value)


def test_changes_take_their_place_and_leave_the_rest():
    changed = validation.validated_changes([{"name": "left_wrist", "x": 0.7, "state": "absent"}], BASE)
    index = landmarks.INDEX["left_wrist"]
    assert changed[index] == dataclasses.replace(BASE[index], x=0.7, marked=KeypointState.ABSENT)
    assert changed[:index] + changed[index + 1 :] == BASE[:index] + BASE[index + 1 :]


def test_a_name_alone_changes_nothing():
    assert validation.validated_changes([{"name": "nose"}], BASE) == BASE


def test_no_changes_at_all():
    assert "at least one" in changes_refusal([])


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": "nose", "x": math.nan}, "entry 0 (nose), x"),
        ({"name": "nose", "x": None}, "entry 0 (nose), x"),
        ({"name": "nose", "visibility": 1.01}, "entry 0 (nose), visibility"),
        ({"name": "nose", "colour": "red"}, "entry 0 (nose), 'colour'"),
        ({"name": "tail"}, "entry 0, name"),
        ({"x": 0.5}, "entry 0, name"),
        ("nose", "entry 0"),
    ],
)
def test_a_bad_change_is_named(change, where):
    assert where in changes_refusal([change])


def test_a_change_that_stands_twice():
    assert "entry 1" in changes_refusal([{"name": "nose", "x": 0.1}, {"name": "nose", "x": 0.2}])


def test_more_changes_than_keypoints():
    assert "got 34" in changes_refusal([{"name": "nose"}] * 34)


coordinates = st.floats(-100, 100)
shares = st.floats(0, 1)
points = st.tuples(coordinates, coordinates, coordinates, shares, shares)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(values=st.lists(points, min_size=33, max_size=33), data=st.data())
def test_what_is_written_is_read_again(values, data):
    written = keypoints.to_json(Keypoint(name, *value) for name, value in zip(landmarks.NAMES, values, strict=True))
    through_json = json.loads(json.dumps(data.draw(st.permutations(written)), allow_nan=False))
    read = validation.validated(through_json, keypoints.from_json(written))
    assert read == keypoints.from_json(written)
    assert keypoints.to_json(read) == written


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
odd_entries = st.fixed_dictionaries(
    {"name": st.sampled_from(landmarks.NAMES) | json_values},
    optional=dict.fromkeys(("x", "y", "z", "visibility", "presence", "extra"), json_values),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(value=json_values | st.lists(odd_entries | json_values, max_size=34))
def test_any_json_is_read_or_refused(value):
    for check in (validation.validated, lambda given: validation.validated_changes(given, BASE)):
        try:
            points = check(value)
        except KeypointsInvalid as error:
            error.message.encode()
        else:
            assert [point.name for point in points] == list(landmarks.NAMES)
            assert all(math.isfinite(point.x) and 0 <= point.visibility <= 1 for point in points)
