"""What the engine refuses, each with a code that programs can rely on."""


class EngineError(Exception):
    """`code` is stable and for programs, `message` is for people and names the remedy."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class ImageRefused(EngineError):
    """The bytes are not a photo that the gate lets in."""


class KeypointsInvalid(EngineError):
    """Keypoints from outside are not 33 named, finite points; the message names the entry and field."""


class ModelUnavailable(EngineError):
    """A model file is missing, unknown, broken or cannot be fetched."""
