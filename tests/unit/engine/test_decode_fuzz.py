"""Whatever is done to a file, the gate either decodes it or refuses it; it never raises anything else."""

import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poses.engine.decode import DecodedPhoto, decode
from poses.engine.errors import ImageRefused

from . import files

FUZZ = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Pillow warns of odd metadata; in production that is a line in a log and must not decide.
pytestmark = pytest.mark.filterwarnings("ignore")
CODES = {"empty_file", "not_an_image", "too_many_pixels", "bad_dimensions", "too_complex", "corrupt_image"}


def outcome(content: bytes) -> DecodedPhoto | str:
    """The photo, or the code it was refused with; anything else is raised."""
    try:
        return decode(content, target_side=None)
    except ImageRefused as refusal:
        return refusal.code


def assert_decoded_or_refused(content: bytes) -> None:
    started = time.perf_counter()
    result = outcome(content)
    assert time.perf_counter() - started < 8
    if isinstance(result, str):
        assert result in CODES
        return
    assert result.pixels.shape == (result.height, result.width, 3)
    assert result.pixels.dtype == np.uint8
    assert min(result.width, result.height) >= 16


@pytest.mark.parametrize("format_name", files.EIGHT_FORMATS)
@FUZZ
@given(share=st.floats(0, 1, exclude_max=True))
def test_any_truncation(format_name, share):
    content = files.small_photo(format_name)
    assert_decoded_or_refused(content[: int(len(content) * share)])


@pytest.mark.parametrize("format_name", files.EIGHT_FORMATS)
@FUZZ
@given(changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=12))
def test_any_change_of_bytes(format_name, changes):
    content = bytearray(files.small_photo(format_name))
    for share, flip in changes:
        content[int(len(content) * share)] ^= flip
    assert_decoded_or_refused(bytes(content))


@pytest.mark.parametrize("format_name", files.EIGHT_FORMATS)
@FUZZ
@given(position=st.integers(0, 400), value=st.sampled_from([b"\0" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff", b"\0\0\0\1"]))
def test_any_absurd_number_in_the_header(format_name, position, value):
    content = files.small_photo(format_name)
    assert_decoded_or_refused(content[:position] + value + content[position + len(value) :])


@pytest.mark.parametrize("format_name", files.EIGHT_FORMATS)
@FUZZ
@given(start=st.floats(0, 1), length=st.integers(1, 400), times=st.integers(0, 3))
def test_any_stretch_removed_or_repeated(format_name, start, length, times):
    content = files.small_photo(format_name)
    at = int(len(content) * start)
    assert_decoded_or_refused(content[:at] + content[at : at + length] * times + content[at + length :])


@FUZZ
@given(
    head=st.sampled_from([files.small_photo(name)[:32] for name in files.EIGHT_FORMATS]), tail=st.binary(max_size=600)
)
def test_a_photos_head_with_anything_behind_it(head, tail):
    assert_decoded_or_refused(head + tail)
