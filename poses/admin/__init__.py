"""Photos, poses and what happened to them, for staff."""

from . import detections, logs, photos, poses, revisions

__all__ = ["detections", "logs", "photos", "poses", "revisions"]
