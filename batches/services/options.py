"""What is asked of a batch."""

from dataclasses import dataclass

from batches.imaging.settings import CompressionSettings
from poses.services.options import DetectionOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """What to do with each image, and whom to tell at the end.

    `compression` and `detection` are None where that is not wanted; one of them is. `base_url` is the site's own, such
    as `https://pose.example`, for the URLs in the output CSV.
    """

    compression: CompressionSettings | None
    detection: DetectionOptions | None
    base_url: str
    measures_ssim: bool = False
    email: str = ""
    webhook_url: str = ""
