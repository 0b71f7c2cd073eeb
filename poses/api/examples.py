"""Examples for the schema."""

from drf_spectacular.utils import OpenApiExample

_NOSE = {"name": "nose", "x": 0.512871, "y": 0.231402, "z": -0.401177, "visibility": 0.999871, "presence": 0.999902}
_POSE = {
    "id": "8f0f4f9c-8d0e-4b0e-9f0c-0f5a5b6c7d8e",
    "photo": "0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10",
    "person": 0,
    "revision": 1,
    "source": "model",
    "keypoints": [_NOSE],
    "extra_keypoints": [],
    "world_keypoints": [{**_NOSE, "x": 0.0214, "y": -0.6212, "z": -0.2871}],
    "score": 0.874512,
    "box": {"x": 0.31, "y": 0.12, "width": 0.42, "height": 0.85},
    "model": {"name": "pose_landmarker_full", "sha256": "9655…", "mediapipe": "1.2.2"},
    "review_status": "new",
    "created_at": "2026-01-31T12:00:00Z",
    "updated_at": "2026-01-31T12:00:00Z",
}
PHOTO_EXAMPLE = OpenApiExample(
    "A photo with one person (32 of the 33 keypoints left out)",
    value={
        "id": "0a6a4c5e-2f58-4a55-9a62-6f7d2b7c9e10",
        "status": "completed",
        "error": None,
        "name": "squat.jpg",
        "source": "api",
        "notice": "",
        "width": 640,
        "height": 480,
        "size_bytes": 81_234,
        "content_type": "image/jpeg",
        "sha256": "5d41…",
        "people_found": 1,
        "created_at": "2026-01-31T12:00:00Z",
        "updated_at": "2026-01-31T12:00:00Z",
        "poses": [_POSE],
    },
    response_only=True,
)
EDIT_EXAMPLE = OpenApiExample(
    "Move the nose",
    value={
        "expected_revision": 1,
        "keypoints": [{"name": "nose", "x": 0.52, "y": 0.24, "state": "visible"}],
        "reason": "hidden by the hand",
    },
    request_only=True,
)
RESTORE_EXAMPLE = OpenApiExample(
    "Bring back one point of the first revision",
    value={"revision": 1, "points": ["nose"], "expected_revision": 3, "reason": "moved by mistake"},
    request_only=True,
)
