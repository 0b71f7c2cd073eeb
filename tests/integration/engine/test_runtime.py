"""What is read out of MediaPipe's memory is what its own wrapper gives, to the last bit."""

import numpy as np
import pytest
from mediapipe import Image, ImageFormat
from mediapipe.tasks.python import BaseOptions
from mediapipe.tasks.python.vision import PoseLandmarker, PoseLandmarkerOptions

from poses.engine import runtime
from poses.engine.models import STANDARD, find_model
from tests.integration.engine.conftest import MODELS

pytestmark = pytest.mark.mediapipe


def test_our_call_and_mediapipes_own_give_the_same_bits(astronaut, pair):
    bundle = find_model(MODELS, STANDARD).path
    pictures = [astronaut, pair, np.zeros_like(astronaut)]
    options = PoseLandmarkerOptions(base_options=BaseOptions(model_asset_path=str(bundle)), num_poses=5)
    counts = []
    with PoseLandmarker.create_from_options(options) as theirs:
        ours = runtime.create_landmarker(bundle, people=5, min_detection=0.5, min_presence=0.5)
        for picture in pictures:
            pixels = np.ascontiguousarray(picture)
            expected = theirs.detect(Image(image_format=ImageFormat.SRGB, data=pixels))
            found = runtime.detect(ours, pixels)
            for person, (points, world) in enumerate(found):
                for mine, wrapped in ((points, expected.pose_landmarks), (world, expected.pose_world_landmarks)):
                    assert mine == [(p.x, p.y, p.z, p.visibility, p.presence) for p in wrapped[person]]
            counts.append((len(found), len(expected.pose_landmarks)))
        ours.close()
    assert counts == [(1, 1), (2, 2), (0, 0)]
