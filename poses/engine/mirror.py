"""A photo against its mirror image: the same people found twice. How far they differ tells how sure each point is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from . import landmarks, versions
from .geometry import bounding_box, mean_visibility
from .people import Box, Keypoint, KeypointState, Person
from .versions import Size


@dataclass(frozen=True, slots=True)
class Difference:
    """One person's points on the photo against those on its mirror image, in pixels of the photo.

    `distances_px` are 33 in the order of `landmarks.NAMES`; the mean and `least_sure`, the index of the largest, leave
    out absent points, unless all are. `share` is the mean in shares of the diagonal of the body's box, None where the
    box is a single place.
    """

    distances_px: tuple[float, ...]
    mean_px: float
    share: float | None
    least_sure: int

    @classmethod
    def of(cls, distances_px: Sequence[float], keypoints: Sequence[Keypoint], *, size: Size) -> "Difference":
        """What 33 distances say of these keypoints; `size` is the photo's in pixels."""
        shown = [index for index, point in enumerate(keypoints) if point.state is not KeypointState.ABSENT]
        counted = shown or list(range(len(keypoints)))
        mean = fmean(distances_px[index] for index in counted)
        diagonal = _diagonal_px(bounding_box(keypoints), size)
        least_sure = max(counted, key=lambda index: distances_px[index])
        return cls(tuple(distances_px), mean, mean / diagonal if diagonal else None, least_sure)


def flipped(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pixels of shape (height, width, 3) with left and right exchanged, in memory of their own."""
    return np.ascontiguousarray(pixels[:, ::-1])


def unmirrored(person: Person) -> Person:
    """A person found on the mirrored photo as it stands on the photo itself: places and sides turned back."""
    keypoints = tuple(
        replace(person.keypoints[twin], name=name, x=1 - person.keypoints[twin].x)
        for name, twin in zip(landmarks.NAMES, landmarks.MIRROR, strict=True)
    )
    world = tuple(
        replace(person.world[twin], name=name, x=-person.world[twin].x)
        for name, twin in zip(landmarks.NAMES, landmarks.MIRROR, strict=True)
    )
    return Person(keypoints, world, mean_visibility(keypoints), bounding_box(keypoints))


def difference(keypoints: Sequence[Keypoint], mirrored: Person, *, size: Size) -> Difference:
    """Keypoints of the photo against the same person as found on the mirrored photo, already `unmirrored`."""
    return Difference.of(versions.distances_px(keypoints, mirrored.keypoints, size=size), keypoints, size=size)


def _diagonal_px(box: Box, size: Size) -> float:
    return math.hypot(box.width * size[0], box.height * size[1])
