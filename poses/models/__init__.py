"""Photos, detections, poses, revisions, log."""

from .detection import Detection
from .log import LogEntry
from .photo import Photo
from .pose import Pose
from .revision import PoseRevision

__all__ = ["Detection", "LogEntry", "Photo", "Pose", "PoseRevision"]
