import subprocess
import sys

import cv2
import numpy as np
import pytest
from matplotlib import colormaps as theirs
from skimage.color import deltaE_ciede2000, lab2rgb, rgb2lab

from frames.imaging.colormaps import ColormapUnknown, colormap, colormap_names, windowed
from frames.imaging.difference import ciede2000
from frames.imaging.strata import strata_lab

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency", 2009.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)


def lightness(rgb):
    return rgb2lab(rgb[np.newaxis] / 255)[0, :, 0]


def test_stratas_lightness_rises_with_every_colour():
    lights = lightness(colormap("strata"))
    assert lights[0] == pytest.approx(8, abs=0.5)
    assert lights[-1] == pytest.approx(95, abs=0.5)
    assert np.diff(lights).min() > 0


def test_stratas_steps_are_equal_before_rounding():
    steps = deltaE_ciede2000(strata_lab()[:-1], strata_lab()[1:])
    assert steps == pytest.approx(np.median(steps), rel=0.01)


def test_stratas_steps_are_equal_in_what_is_shown():
    # One step is about the size of a rounding to eight bits; sixteen tell.
    lab = rgb2lab(colormap("strata")[np.newaxis] / 255)[0]
    steps = deltaE_ciede2000(lab[:-16], lab[16:])
    assert steps == pytest.approx(np.median(steps), rel=0.15)


def test_strata_is_inside_srgb():
    there_and_back = rgb2lab(lab2rgb(strata_lab()[np.newaxis]))[0]  # what is outside would be clipped
    assert there_and_back == pytest.approx(strata_lab(), abs=0.02)


def test_strata_is_told_apart_without_green():
    linear = (colormap("strata") / 255) ** 2.2
    seen = np.clip(linear @ DEUTERANOPIA.T, 0, 1) ** (1 / 2.2) * 255
    assert np.diff(lightness(seen)[::4]).min() > 0.5


def test_the_difference_of_colours_agrees_with_scikit_images():
    first, second = np.random.default_rng(7).uniform((0, -100, -100), (100, 100, 100), (2, 2000, 3))
    first[:20, 1:] = second[10:30, 1:] = 0
    assert ciede2000(first, second) == pytest.approx(deltaE_ciede2000(first, second), abs=1e-9)


def test_grey_is_grey():
    assert np.array_equal(colormap("grey"), np.arange(256)[:, np.newaxis].repeat(3, axis=1))


@pytest.mark.parametrize(
    ("name", "spelling"), [("jet", "jet"), ("matplotlib:GREYS_r", "Greys_r"), ("berlin", "berlin")]
)
def test_a_name_is_first_matplotlibs(name, spelling):
    assert np.array_equal(colormap(name), theirs[spelling](range(256), bytes=True)[:, :3])


def test_a_map_of_few_colours_uses_all_of_them():
    greys = colormap("tab10")
    assert len(np.unique(greys, axis=0)) == 10
    assert np.array_equal(greys[[0, 255]], theirs["tab10"]([0, 9], bytes=True)[:, :3])


@pytest.mark.parametrize("name", ["opencv:jet", "OpenCV:Jet"])
def test_a_prefix_names_the_library(name):
    picture = np.random.default_rng(1).integers(0, 256, (20, 30), np.uint8)
    expected = cv2.cvtColor(cv2.applyColorMap(picture, cv2.COLORMAP_JET), cv2.COLOR_BGR2RGB)
    assert np.array_equal(colormap(name)[picture], expected)
    assert not np.array_equal(colormap(name), colormap("jet"))


def test_what_only_opencv_has_needs_no_prefix():
    assert np.array_equal(colormap("deepgreen"), colormap("opencv:deepgreen"))


def test_every_listed_name_has_a_table_that_nobody_can_change():
    names = colormap_names()
    tables = [colormap(f"{library}:{name}") for library in names._fields for name in getattr(names, library)]
    assert names.own == ("strata", "grey")
    assert len(tables) == len(names.own) + len(theirs) + 22
    assert {(table.shape, table.dtype.name, table.flags.writeable) for table in tables} == {((256, 3), "uint8", False)}
    assert len({name.lower() for name in names.matplotlib}) == len(theirs)
    assert colormap("Strata") is colormap("strata")


@pytest.mark.parametrize(
    ("name", "near"), [("virdis", "viridis"), ("opencv:stratta", "strata"), ("other:jet", "jet"), ("GRAYY", "gray")]
)
def test_an_unknown_name_is_answered_with_those_near_it(name, near):
    with pytest.raises(ColormapUnknown, match=f'"{name}"') as caught:
        colormap(name)
    assert near in caught.value.near
    assert near in str(caught.value)


@pytest.mark.parametrize("name", ["", ":", "§" * 10_000])
def test_a_name_like_no_other_is_answered_briefly(name):
    with pytest.raises(ColormapUnknown, match="Use strata") as caught:
        colormap(name)
    assert len(str(caught.value)) < 150


def test_our_maps_do_not_load_matplotlib():
    use = "from frames.imaging.colormaps import colormap; colormap('strata'); colormap('grey')"
    code = f"import sys; {use}; print('matplotlib' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"


def test_a_window_stretches_the_colours_between_two_greys():
    table = windowed(colormap("grey"), 100, 150)[:, 0].tolist()
    assert table[:101] == [0] * 101
    assert table[150:] == [255] * 106
    assert table[101:150] == [(51 * grey + 5) // 10 for grey in range(1, 50)]


def test_windows_of_all_greys_and_of_one_step():
    assert np.array_equal(windowed(colormap("strata"), 0, 255), colormap("strata"))
    assert windowed(colormap("grey"), 7, 8)[:, 0].tolist() == [0] * 8 + [255] * 248


@pytest.mark.parametrize("window", [(5, 5), (6, 5), (-1, 5), (0, 256)])
def test_a_window_must_be_one(window):
    with pytest.raises(ValueError, match="vmin < vmax"):
        windowed(colormap("grey"), *window)
