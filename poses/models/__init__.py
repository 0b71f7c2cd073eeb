"""Photos, detections, poses, revisions, log, uploads to the bucket, mirror checks, files to remove."""

from .arrival import Arrival
from .detection import Detection
from .log import LogEntry
from .mirror_check import MirrorCheck
from .photo import Photo
from .pose import Pose
from .removal import Removal
from .revision import PoseRevision

__all__ = ["Arrival", "Detection", "LogEntry", "MirrorCheck", "Photo", "Pose", "PoseRevision", "Removal"]
