import numpy as np
import pytest
from skimage.metrics import structural_similarity

from batches.imaging.similarity import ssim
from tests.unit.engine import files

from .planted import photo, pixels


def luma(picture):
    return picture @ np.array([0.299, 0.587, 0.114])


@pytest.mark.parametrize("quality", [5, 30, 90])
def test_it_agrees_with_scikit_images_measure(quality):
    original = np.asarray(files.astronaut())
    other = pixels(files.saved(files.astronaut(), "JPEG", quality=quality))
    expected = structural_similarity(
        luma(original), luma(other), data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
    assert ssim(original, other) == pytest.approx(expected, abs=0.01)


def test_strips_make_no_difference(monkeypatch):
    original = np.asarray(files.astronaut())
    other = pixels(files.saved(files.astronaut(), "JPEG", quality=20))
    whole = ssim(original, other)
    monkeypatch.setattr("batches.imaging.similarity._STRIP_ROWS", 100)
    assert ssim(original, other) == pytest.approx(whole, abs=0.002)


def test_a_picture_is_like_itself_and_its_grey_like_its_colours():
    colour = np.asarray(photo())
    assert ssim(colour, colour) == 1
    assert ssim(colour, np.asarray(photo().convert("L"))) > 0.999


def test_sizes_must_agree():
    with pytest.raises(ValueError, match="sizes"):
        ssim(np.zeros((20, 20), np.uint8), np.zeros((20, 21), np.uint8))
