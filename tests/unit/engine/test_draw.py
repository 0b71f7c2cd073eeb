import dataclasses
import io
import time
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from poses.engine import draw, landmarks
from poses.engine.landmarks import Side
from poses.engine.people import ExtraKeypoint, Keypoint, KeypointState

from . import files

SVG = "{http://www.w3.org/2000/svg}"
NOSE, LEFT_WRIST, RIGHT_WRIST = 0, 15, 16


def person(**changes: dict[str, float]) -> tuple[Keypoint, ...]:
    """33 visible points on a grid of their own each; `changes` by name."""
    points = (
        Keypoint(name, 0.1 + 0.8 * (index % 6) / 5, 0.1 + 0.8 * (index // 6) / 5, 0.0, 0.9, 0.9)
        for index, name in enumerate(landmarks.NAMES)
    )
    return tuple(dataclasses.replace(point, **changes.get(point.name, {})) for point in points)


OCCLUDED = {"visibility": 0.2}
ABSENT = {"visibility": 0.2, "presence": 0.1}


def svg(*people: tuple[Keypoint, ...]) -> ET.Element:
    return ET.fromstring(draw.skeleton_svg(people, width=640, height=480))


def points_of(root: ET.Element) -> dict[int, ET.Element]:
    return {int(found.attrib["data-index"]): found for found in root.iter() if "data-index" in found.attrib}


def bones_of(root: ET.Element) -> dict[tuple[int, int], ET.Element]:
    found = root.findall(f".//{SVG}g[@data-from]")
    return {(int(bone.attrib["data-from"]), int(bone.attrib["data-to"])): bone for bone in found}


def test_the_drawing_has_the_photos_size_and_a_group_a_person():
    root = svg(person(), person())
    assert root.tag == f"{SVG}svg"
    assert root.attrib["viewBox"] == "0 0 640 480"
    assert [group.attrib["data-person"] for group in root] == ["0", "1"]
    assert {group.attrib["class"] for group in root} == {"person"}


def test_nobody_is_an_empty_drawing():
    assert len(svg()) == 0


def test_every_point_and_bone_of_a_person_is_drawn():
    root = svg(person())
    points = points_of(root)
    assert sorted(points) == list(range(33))
    assert [points[index].attrib["data-name"] for index in range(33)] == list(landmarks.NAMES)
    assert {point.attrib["data-state"] for point in points.values()} == {"visible"}
    assert set(bones_of(root)) == set(landmarks.CONNECTIONS)


def test_left_and_right_differ_in_colour_and_shape():
    points = points_of(svg(person()))
    left, right = points[LEFT_WRIST], points[RIGHT_WRIST]
    assert (left.tag, right.tag) == (f"{SVG}circle", f"{SVG}rect")
    assert (left.attrib["fill"], right.attrib["fill"]) == (draw.COLOURS[Side.LEFT], draw.COLOURS[Side.RIGHT])
    assert "left" in left.attrib["class"].split()
    assert "right" in right.attrib["class"].split()


def test_points_lie_where_they_are():
    points = points_of(svg(person(left_wrist={"x": 0.25, "y": 0.5}, right_wrist={"x": 0.75, "y": 0.25})))
    left, right = points[LEFT_WRIST].attrib, points[RIGHT_WRIST].attrib
    assert (float(left["cx"]), float(left["cy"])) == (160, 240)
    assert float(right["x"]) + float(right["width"]) / 2 == 480
    assert float(right["y"]) + float(right["height"]) / 2 == 120


def test_an_occluded_point_is_hollow_and_its_bones_are_dashed():
    root = svg(person(left_wrist=OCCLUDED))
    point = points_of(root)[LEFT_WRIST]
    assert (point.attrib["data-state"], point.attrib["fill"]) == ("occluded", "none")
    assert point.attrib["stroke"] == draw.COLOURS[Side.LEFT]
    dashed = {ends for ends, bone in bones_of(root).items() if all("stroke-dasharray" in line.attrib for line in bone)}
    assert dashed == {ends for ends in landmarks.CONNECTIONS if LEFT_WRIST in ends}


def test_an_absent_point_and_its_bones_are_not_drawn():
    root = svg(person(left_wrist=ABSENT))
    assert sorted(points_of(root)) == [index for index in range(33) if index != LEFT_WRIST]
    assert set(bones_of(root)) == {ends for ends in landmarks.CONNECTIONS if LEFT_WRIST not in ends}


def test_a_persons_drawing_carries_no_style_attribute():
    """The pages' Content-Security-Policy takes none."""
    assert "style" not in draw.skeleton_svg([person()], width=640, height=480)


def test_bones_of_a_thumbnail_are_a_path_a_side():
    paths = draw.bone_paths(person(), width=320, height=240)
    assert set(paths) == set(Side)
    assert sum(path.count("M") for path in paths.values()) == 35
    assert paths[Side.MIDDLE].startswith("M")


def test_a_thumbnails_paths_leave_out_what_is_absent():
    nobody = tuple(dataclasses.replace(point, **ABSENT) for point in person())
    assert draw.bone_paths(nobody, width=320, height=240) == {}
    paths = draw.bone_paths(person(left_wrist=ABSENT), width=320, height=240)
    assert sum(path.count("M") for path in paths.values()) == sum(
        LEFT_WRIST not in ends for ends in landmarks.CONNECTIONS
    )


def test_a_path_is_in_the_pixels_asked_for():
    only_shoulders = tuple(
        point if index in (11, 12) else dataclasses.replace(point, **ABSENT)
        for index, point in enumerate(person(left_shoulder={"x": 0.75, "y": 0.5}, right_shoulder={"x": 0.25, "y": 0.5}))
    )
    assert draw.bone_paths(only_shoulders, width=200, height=100) == {Side.MIDDLE: "M150 50L50 50"}


def colour_near(content: bytes, x: float, y: float) -> list[int]:
    with Image.open(io.BytesIO(content)) as image:
        pixels = np.asarray(image.convert("RGB"))
    return [int(value) for value in pixels[round(y * pixels.shape[0]), round(x * pixels.shape[1])]]


@pytest.mark.parametrize(("format_name", "within"), [("PNG", 0), ("JPEG", 60)])
def test_left_and_right_are_burned_in_where_they_are(format_name, within):
    drawn = person(left_wrist={"x": 0.25, "y": 0.5}, right_wrist={"x": 0.75, "y": 0.25})
    content = draw.burned_in(Image.new("RGB", (640, 480), "grey"), [drawn], format_name=format_name)
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        assert (image.format, image.size, image.mode) == (format_name, (640, 480), "RGB")
    assert colour_near(content, 0.25, 0.5) == pytest.approx([0x00, 0x72, 0xB2], abs=within)
    assert colour_near(content, 0.75, 0.25) == pytest.approx([0xD5, 0x5E, 0x00], abs=within)


def test_an_occluded_point_is_burned_in_hollow():
    alone = tuple(
        dataclasses.replace(point, **(OCCLUDED if point.name == "left_wrist" else ABSENT)) for point in person()
    )
    content = draw.burned_in(Image.new("RGB", (640, 480), (90, 90, 90)), [alone], format_name="PNG")
    point = alone[LEFT_WRIST]
    assert colour_near(content, point.x, point.y) == [90, 90, 90]
    assert colour_near(content, point.x + 3 / 640, point.y) == [0x00, 0x72, 0xB2]


def test_nothing_is_burned_in_for_what_is_absent():
    nobody = tuple(dataclasses.replace(point, **ABSENT) for point in person())
    content = draw.burned_in(Image.new("RGB", (64, 48), (9, 99, 199)), [nobody], format_name="PNG")
    with Image.open(io.BytesIO(content)) as image:
        assert image.getcolors() == [(64 * 48, (9, 99, 199))]


@pytest.mark.parametrize("format_name", ["PNG", "JPEG"])
def test_no_metadata_of_the_picture_survives(format_name):
    data = Image.Exif()
    data[0x010F], data[0x8825] = "SECRET-CAMERA", {2: (50.0, 6.0, 0.0)}
    options = {"exif": data.tobytes(), "icc_profile": b"SECRET-PROFILE" * 20, "comment": b"SECRET-COMMENT"}
    options["xmp"] = b"<x:xmpmeta>SECRET-XMP</x:xmpmeta>"
    photo = files.saved(files.astronaut().resize((64, 64)), "JPEG", **options)
    assert photo.count(b"SECRET") > 3
    with Image.open(io.BytesIO(photo)) as image:
        content = draw.burned_in(image, [person()], format_name=format_name)
    assert b"SECRET" not in content
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not image.getexif()


def test_the_picture_given_stays_as_it_was():
    picture = Image.new("RGB", (64, 48), "grey")
    draw.burned_in(picture, [person()], format_name="PNG")
    assert picture.getcolors() == [(64 * 48, (128, 128, 128))]


def test_points_far_outside_are_drawn_without_trouble():
    """A correction may place points up to 100 photos away."""
    far = person(nose={"x": 100.0, "y": -100.0}, left_hip={"x": -100.0}, left_shoulder=OCCLUDED)
    started = time.perf_counter()
    content = draw.burned_in(Image.new("RGB", (640, 480)), [far], format_name="JPEG")
    assert time.perf_counter() - started < 2
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (640, 480)
    ET.fromstring(draw.skeleton_svg([far], width=640, height=480))


def test_extra_landmarks_are_diamonds_numbered_behind_the_33():
    extras = (ExtraKeypoint("c7", 0.5, 0.5), ExtraKeypoint("left_asis", 0.25, 0.5, KeypointState.OCCLUDED))
    root = ET.fromstring(draw.skeleton_svg([person()], width=640, height=480, extras=[extras]))
    drawn = points_of(root)
    assert set(drawn) == {*range(33), 33, 34}
    assert drawn[33].tag == f"{SVG}path"
    assert drawn[33].attrib["d"].startswith("M320.0 ")
    assert (drawn[34].attrib["data-name"], drawn[34].attrib["fill"]) == ("left_asis", "none")
    assert drawn[34].attrib["stroke"] == draw.COLOURS[Side.LEFT]


def test_a_unit_of_ones_own_sets_the_size_of_lines_and_points():
    small, large = (
        points_of(ET.fromstring(draw.skeleton_svg([person()], width=640, height=480, unit=unit)))[NOSE]
        for unit in (1.0, 4.0)
    )
    assert float(large.attrib["r"]) == 4 * float(small.attrib["r"])
