"""Photos, poses and what happened to them, for staff."""

from . import arrivals, detections, logs, photos, poses, revisions

__all__ = ["arrivals", "detections", "logs", "photos", "poses", "revisions"]
