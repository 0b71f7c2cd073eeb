"""Builds a `.task` bundle from the official weights.

Current mediapipe wheels carry no model. The wheel of 0.10.21 carries the official *full* weights as two TFLite files;
a bundle is an uncompressed ZIP of the two under fixed names, the landmark model with its normalisation written in.
The same inputs give the same bytes, so a bundle is checked by its SHA-256.
"""

import io
import struct
import zipfile
from typing import Any

from . import runtime
from .errors import ModelUnavailable

DETECTOR_IN_WHEEL = "mediapipe/modules/pose_detection/pose_detection.tflite"
LANDMARKS_IN_WHEEL = "mediapipe/modules/pose_landmark/pose_landmark_full.tflite"
DETECTOR_IN_BUNDLE = "pose_detector.tflite"
LANDMARKS_IN_BUNDLE = "pose_landmarks_detector.tflite"

# The segmentation mask, 1 x 256 x 256 x 1. Nobody asks for it, and it takes a quarter of a detection's time.
SEGMENTATION_OUTPUT = b"Identity_2"
_METADATA_NAME = b"TFLITE_METADATA"
_METADATA_IDENTIFIER = b"M001"
_MODEL_IDENTIFIER = b"TFL3"
_ALIGNMENT = 64
_LOCAL_HEADER_BYTES = 30
_EXTRA_HEADER = struct.Struct("<HH")
_PADDING_ID = 0xD935  # the id that Android's zipalign uses for the same purpose


def bundle_from_wheel(wheel: bytes, *, is_pruned: bool) -> bytes:
    """The bundle's bytes, from the bytes of a mediapipe wheel that carries weights.

    Raises ModelUnavailable (`model_source_invalid`) where the wheel is not one.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            detector, landmarks = archive.read(DETECTOR_IN_WHEEL), archive.read(LANDMARKS_IN_WHEEL)
    except (zipfile.BadZipFile, KeyError) as error:
        raise ModelUnavailable("model_source_invalid", f"The wheel carries no pose weights: {error}") from error
    model = _unpacked(landmarks)
    if is_pruned:
        _prune_segmentation(model)
    _write_normalisation(model)
    return _bundle({DETECTOR_IN_BUNDLE: detector, LANDMARKS_IN_BUNDLE: _packed(model)})


def _unpacked(content: bytes) -> Any:
    if content[4:8] != _MODEL_IDENTIFIER:
        raise ModelUnavailable("model_source_invalid", "The wheel's landmark weights are not a TFLite model.")
    schema = runtime.tflite_schema()
    return schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))


def _packed(model: Any) -> bytes:
    import flatbuffers

    builder = flatbuffers.Builder(1 << 23)
    builder.Finish(model.Pack(builder), file_identifier=_MODEL_IDENTIFIER)
    return bytes(builder.Output())


def _prune_segmentation(model: Any) -> None:
    """Drops the operators that only the mask needs and gives the mask constant zeros.

    MediaPipe insists on five outputs, so the tensor stays; it has a buffer now instead of operators that fill it.
    """
    graph = model.subgraphs[0]
    mask = next((index for index in graph.outputs if graph.tensors[index].name == SEGMENTATION_OUTPUT), None)
    if mask is None:
        raise ModelUnavailable("model_source_invalid", "The landmark model has no segmentation output to prune.")
    needed = {int(index) for index in graph.outputs if index != mask}
    kept = []
    for operator in reversed(graph.operators):
        if needed.intersection(int(index) for index in operator.outputs):
            kept.append(operator)
            needed.update(int(index) for index in operator.inputs if index >= 0)
    graph.operators = kept[::-1]
    zeros = runtime.tflite_schema().BufferT()
    zeros.data = bytes(4 * _size(graph.tensors[mask].shape))
    graph.tensors[mask].buffer = len(model.buffers)
    model.buffers.append(zeros)


def _size(shape: Any) -> int:
    size = 1
    for side in shape:
        size *= int(side)
    return size


def _write_normalisation(model: Any) -> None:
    """Tells MediaPipe to scale pixels by mean 0 and std 255.

    The landmark model wants 0 to 1. With std 1 it still runs and finds fewer people.
    """
    import flatbuffers

    schema = runtime.metadata_schema()
    options = schema.NormalizationOptionsT()
    options.mean, options.std = [0.0], [255.0]
    unit = schema.ProcessUnitT()
    unit.optionsType, unit.options = schema.ProcessUnitOptions.NormalizationOptions, options
    image = schema.ImagePropertiesT()
    image.colorSpace = schema.ColorSpaceType.RGB
    content = schema.ContentT()
    content.contentPropertiesType, content.contentProperties = schema.ContentProperties.ImageProperties, image
    stats = schema.StatsT()
    stats.max, stats.min = [1.0], [0.0]
    tensor = schema.TensorMetadataT()
    tensor.name, tensor.processUnits, tensor.content, tensor.stats = "image", [unit], content, stats
    graph = schema.SubGraphMetadataT()
    graph.inputTensorMetadata = [tensor]
    graph.outputTensorMetadata = [schema.TensorMetadataT() for _ in model.subgraphs[0].outputs]
    description = schema.ModelMetadataT()
    description.name, description.subgraphMetadata, description.minParserVersion = "pose landmarks", [graph], "1.0.0"
    builder = flatbuffers.Builder(1 << 10)
    builder.Finish(description.Pack(builder), file_identifier=_METADATA_IDENTIFIER)

    tflite = runtime.tflite_schema()
    entry, buffer = tflite.MetadataT(), tflite.BufferT()
    entry.name, entry.buffer = _METADATA_NAME, len(model.buffers)
    buffer.data = bytes(builder.Output())
    model.buffers.append(buffer)
    model.metadata = [*(model.metadata or []), entry]


def _bundle(members: dict[str, bytes]) -> bytes:
    """An uncompressed ZIP with one fixed date, so that bytes repeat.

    MediaPipe maps the members in place and TFLite wants its buffers aligned: an extra field pads each member's start.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            start = target.tell() + _LOCAL_HEADER_BYTES + len(name) + _EXTRA_HEADER.size
            padding = -start % _ALIGNMENT
            entry.extra = _EXTRA_HEADER.pack(_PADDING_ID, padding) + bytes(padding)
            archive.writestr(entry, content)
    return target.getvalue()
