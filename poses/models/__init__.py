"""Photos, detections, poses, revisions, log, uploads to the bucket."""

from .arrival import Arrival
from .detection import Detection
from .log import LogEntry
from .photo import Photo
from .pose import Pose
from .revision import PoseRevision

__all__ = ["Arrival", "Detection", "LogEntry", "Photo", "Pose", "PoseRevision"]
