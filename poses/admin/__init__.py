"""Photos, poses and what happened to them, for staff."""

from . import arrivals, detections, logs, mirror_checks, photos, poses, removals, revisions

__all__ = ["arrivals", "detections", "logs", "mirror_checks", "photos", "poses", "removals", "revisions"]
