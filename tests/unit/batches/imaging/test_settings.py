import pytest

from batches.imaging.settings import CompressionSettings, OutputFormat, SettingsInvalid


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"format": "gif"}, "format_invalid"),
        ({"quality": 0}, "quality_invalid"),
        ({"quality": 101}, "quality_invalid"),
        ({"quality": 50.0}, "quality_invalid"),
        ({"quality": True}, "quality_invalid"),
        ({"target_percent": 0}, "target_percent_invalid"),
        ({"target_percent": 100}, "target_percent_invalid"),
        ({"longest_side": 15}, "longest_side_invalid"),
        ({"longest_side": 16_385}, "longest_side_invalid"),
        ({"quality": 50, "target_percent": 50}, "quality_and_target"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_code(given, code):
    with pytest.raises(SettingsInvalid) as caught:
        CompressionSettings(**given)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def test_bounds_are_taken():
    for given in ({"quality": 1}, {"quality": 100}, {"target_percent": 1}, {"target_percent": 99}):
        CompressionSettings(**given)
    for side in (16, 16_384):
        CompressionSettings(longest_side=side)


def test_a_format_may_be_its_name():
    assert CompressionSettings(format="webp").format is OutputFormat.WEBP


def test_equal_wishes_have_equal_keys():
    assert CompressionSettings().key == CompressionSettings(quality=50).key == "keep-q50"
    assert CompressionSettings(format=OutputFormat.WEBP, target_percent=40, longest_side=800).key == "webp-t40-s800"


def test_different_wishes_have_different_keys():
    several = [
        CompressionSettings(format=output, longest_side=side, **size)
        for output in OutputFormat
        for side in (None, 16, 500)
        for size in ({}, {"quality": 5}, {"target_percent": 5})
    ]
    assert len({settings.key for settings in several}) == len(several) == 36
