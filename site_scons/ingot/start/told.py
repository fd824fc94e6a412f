# SPDX-License-Identifier: Apache-2.0
"""What a model's file tells about its use, and what it leaves open."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ingot.base.errors import IngotError, did_you_mean
from ingot.base.untrusted import archive_errors, decode_text, read_bounded
from ingot.model.asked import Part
from ingot.network.types import NetworkBuffer
from ingot.preprocessing.definition import shape_text
from ingot.preprocessing.quantization import told_range

if TYPE_CHECKING:
    from ingot.compiler.graph import Graph

#: --use-case -> (postprocessing.type, application). "none": numbers in, numbers out.
USE_CASES = {
    "image-classification": ("image_classification", "image_classification"),
    "object-detection": ("yolo_v8", "object_detection"),
    "pose": ("heatmaps_spe", "pose_estimation"),
    "keyword-spotting": ("audio_event_detection", "keyword_spotting"),
    "sensor-windows": ("human_activity", "sensor_windows"),
    "anomaly-detection": ("anomaly", "anomaly_detection"),
    "none": ("", ""),
}
MOST_LABELS = 10_000


@dataclass(frozen=True)
class Use:
    """How a model is used. use_case: a key of USE_CASES. lines: of the model.yaml, without name and source.

    facts: what the file told, a line each. guesses: what it did not, and what was written instead.
    """

    use_case: str
    lines: tuple[str, ...]
    facts: tuple[str, ...]
    guesses: tuple[str, ...] = field(default=())


def ports(model: Path) -> tuple[list[NetworkBuffer], list[NetworkBuffer]]:
    """The inputs and the outputs of a model's file. Raises IngotError for a file that is no model.

    A network ends before the detections of an SSD, which the application computes.
    """
    from ingot.compiler.frontend.detection import outputs_before
    from ingot.compiler.frontend.model import parse_model
    from ingot.model.model_file import read_model_file

    file = read_model_file(model)
    graph = parse_model(file, Part(cut_outputs=",".join(outputs_before(file.data, str(model)))))
    return [_port(graph, t, "input") for t in graph.inputs], [_port(graph, t, "output") for t in graph.outputs]


def _port(graph: Graph, number: int, role: str) -> NetworkBuffer:
    tensor = graph.tensors[number]
    scale = tuple(float(value) for value in tensor.quant.scale) if tensor.quant else ()
    zero = tuple(int(value) for value in tensor.quant.zero_point) if tensor.quant else ()
    return NetworkBuffer(tensor.name, "", 0, 0, tuple(tensor.shape), tensor.dtype.value, role, (0, 0), scale, zero)


def use_of(model: Path, use_case: str = "", labels: Sequence[str] = ()) -> Use:
    """How the model of a file is used. use_case: "" for what its shapes suggest. labels: names of the classes.

    Raises IngotError for a use case that does not fit the file.
    """
    inputs, outputs = ports(model)
    cut = _cut(model)
    chosen = use_case or ("object-detection" if cut else _suggested(inputs, outputs))
    facts = [f"{b.role} '{b.name}': {b.dtype} {shape_text(b.shape)}{_quantized(b)}" for b in (*inputs, *outputs)]
    family, _ = USE_CASES[chosen]
    if not family:
        return Use(chosen, cut, tuple(facts))
    more: list[str] = []
    ssd = bool(cut) and chosen == "object-detection"
    if len(inputs) != 1 or (len(outputs) != 1 and not ssd):
        raise IngotError(
            f"has {len(inputs)} inputs and {len(outputs)} outputs; {chosen} needs one of each",
            where=str(model),
            remedy="Give --use-case none, and say in the main.c what they mean.",
        )
    guesses: list[str] = []
    sensors = dict.fromkeys(SENSORS, _of_sensor)
    read = {"keyword-spotting": _of_sound, **sensors}.get(chosen, _of_picture)
    before = read(model, inputs[0], guesses)
    count = math.prod(outputs[0].shape)
    if ssd:
        family, count = "ssd", outputs[1].shape[-1] - 1
    elif chosen == "object-detection":
        family, count, more = _detector(model, inputs[0], outputs[0], len(labels), guesses)
    after = ["postprocessing:", f"  type: {family}"]
    if chosen == "anomaly-detection":
        count, more = 2, _of_errors(model, inputs[0], outputs[0], guesses)
    if chosen != "pose" and (labels or chosen != "anomaly-detection"):
        after.append(f"  classes: [{', '.join(json.dumps(name) for name in _classes(model, count, labels, guesses))}]")
    after += more
    if chosen == "keyword-spotting":
        after += ["  sample_rate: 16000", f"  spectrogram: {SPECTROGRAM}"]
    if chosen in SENSORS:
        after.append("  sample_rate: 26          # not told by the file: samples a second, as in the training")
    return Use(chosen, (*cut, *before, *after), tuple(facts), tuple(guesses))


#: Use cases whose input is a window of a sensor's samples.
SENSORS = ("sensor-windows", "anomaly-detection")
SPECTROGRAM = "{hop_length: 320, n_fft: 512, window_length: 512, fmin: 100, fmax: 7500}"


def _cut(model: Path) -> tuple[str, ...]:
    """The lines of a model.yaml that end the network before what the application computes."""
    from ingot.compiler.frontend.detection import OPERATOR, outputs_before

    names = outputs_before(model.read_bytes(), str(model))
    listed = ", ".join(json.dumps(name) for name in names)
    return ("io:", f"  outputs: [{listed}]   # before {OPERATOR}") if names else ()


def _suggested(inputs: Sequence[NetworkBuffer], outputs: Sequence[NetworkBuffer]) -> str:
    """A picture in and a score a class or a heatmap a key point out; nothing else is told by shapes."""
    if len(inputs) != 1 or len(outputs) != 1 or not _is_picture(inputs[0]):
        return "none"
    shape = outputs[0].shape
    if len(shape) == 4 and shape[3] in (13, 17):
        return "pose"
    return "image-classification" if len([extent for extent in shape if extent != 1]) == 1 else "none"


def _is_picture(buffer: NetworkBuffer) -> bool:
    shape = buffer.shape
    return len(shape) == 4 and shape[0] == 1 and shape[3] in (1, 3) and min(shape[1:3]) >= 16


def _quantized(buffer: NetworkBuffer) -> str:
    return f", scale {buffer.scale[0]:.6g}, zero point {buffer.zero_point[0]}" if buffer.scale else ""


def _of_picture(model: Path, buffer: NetworkBuffer, guesses: list[str]) -> list[str]:
    if not (len(buffer.shape) == 4 and buffer.shape[3] in (1, 3)):
        raise IngotError(
            f"takes {buffer.dtype} {shape_text(buffer.shape)}, which is no picture with 1 or 3 channels at its end",
            where=str(model),
            remedy="Export it with channels last (NHWC), or give --use-case none.",
        )
    lines = ["preprocessing:"]
    if buffer.shape[3] == 3:
        lines.append("  color_mode: rgb          # not told by the file: rgb or bgr, as in the training")
        guesses.append("color_mode: rgb")
    lines.append("  aspect_ratio: crop       # crop or fit, as in the training")
    told = told_range(buffer)
    if told is None:
        text = f"range: {_guessed_range(buffer)}"
        lines.append(f"  {text:<25}# not told by the file: what the bytes 0 and 255 stand for")
        guesses.append(text)
    else:
        lines.append(f"  range: [{told[0]:g}, {told[1]:g}]            # told by the input's scale and zero point")
    return lines


def _guessed_range(buffer: NetworkBuffer) -> str:
    """What pixels stand for where scale and zero point are no usual ones: what the input holds tells the likeliest.

    An int8 zero point of 0 tells nothing: a symmetric quantizer gives it to 0..1 as well. Numbers beyond -1.5 are of a
    mean and deviation, which go with 0..1.
    """
    if not buffer.scale or buffer.dtype not in ("int8", "uint8"):
        return "[0, 1]"
    scale, zero = buffer.scale[0], buffer.zero_point[0]
    low, high = (-128, 127) if buffer.dtype == "int8" else (0, 255)
    if scale * (high - zero) > 16:
        return "[0, 255]"
    return "[-1, 1]" if zero and -1.5 < scale * (low - zero) < -0.5 else "[0, 1]"


def _of_sound(model: Path, buffer: NetworkBuffer, guesses: list[str]) -> list[str]:
    guesses.append(f"spectrogram: {SPECTROGRAM}")
    guesses.append("mean: 0, std: 1")
    return ["preprocessing: {mean: 0, std: 1}   # of the logarithms, as in the training"]


def _of_sensor(model: Path, buffer: NetworkBuffer, guesses: list[str]) -> list[str]:
    if len(buffer.shape) < 2 or buffer.shape[0] != 1:
        raise IngotError(
            f"takes {buffer.dtype} {shape_text(buffer.shape)}, which is no window of samples: (1, samples, axes)",
            where=str(model),
            remedy="Give --use-case none.",
        )
    guesses.append("mean: 0, std: 1")
    guesses.append("sample_rate: 26")
    return ["preprocessing: {mean: 0, std: 1}   # of the samples, as in the training"]


def _of_errors(model: Path, source: NetworkBuffer, output: NetworkBuffer, guesses: list[str]) -> list[str]:
    """The threshold of an autoencoder's error. Raises IngotError for a network that is none."""
    if math.prod(source.shape) != math.prod(output.shape):
        raise IngotError(
            f"takes {shape_text(source.shape)} and gives {shape_text(output.shape)}, "
            "but an autoencoder gives back its input",
            where=str(model),
            remedy="Give --use-case sensor-windows for a score a class, or none.",
        )
    guesses.append("threshold: 0.1")
    return ["  threshold: 0.1          # not told by the file: `ingot evaluate` shows the errors of labelled data"]


def _detector(
    model: Path, source: NetworkBuffer, output: NetworkBuffer, labels: int, guesses: list[str]
) -> tuple[str, int, list[str]]:
    """(family of postprocessing, number of classes, more lines) of a YOLO head. labels: how many are known."""
    shape = output.shape
    if len(shape) == 3 and shape[0] == 1 and 4 < shape[1] < shape[2]:
        return "yolo_v8", shape[1] - 4, []
    if len(shape) == 3 and shape[0] == 1 and 5 < shape[2] < shape[1]:
        return "yolo_v5", shape[2] - 5, []
    grid = {stride for stride in GRIDS if source.shape[1:3] == tuple(stride * extent for extent in shape[1:3])}
    if len(shape) == 4 and grid and shape[3] > 5:
        return _grid(GRIDS[grid.pop()], shape[3], labels, guesses)
    raise IngotError(
        f"gives {shape_text(shape)}, which is none of (1, 4 + classes, boxes), (1, boxes, 5 + classes) and a grid of "
        "strides 16 or 32",
        where=str(model),
        remedy="Other detectors are in docs/app-config.md: give --use-case none, and write `postprocessing` by hand.",
    )


#: Stride of a YOLOv2 -> its family.
GRIDS = {16: "st_yolo_lc", 32: "tiny_yolo_v2"}


def _grid(family: str, channels: int, labels: int, guesses: list[str]) -> tuple[str, int, list[str]]:
    """Of a YOLOv2: anchors x (5 + classes) channels. Without labels five anchors, as in its paper, or one."""
    anchors = channels // (5 + labels) if labels and channels % (5 + labels) == 0 else 5 if channels % 5 == 0 else 1
    if channels // anchors <= 5:
        anchors = 1
    listed = f"anchors: [{', '.join(['1, 1'] * anchors)}]"
    guesses += [listed, "anchors_unit: grid"]
    lines = [f"  {listed}   # not told by the file: width, height, ... as in the training", "  anchors_unit: grid"]
    return family, channels // anchors - 5, lines


def _classes(model: Path, count: int, labels: Sequence[str], guesses: list[str]) -> list[str]:
    names = list(labels) or packed_labels(model)
    if names and len(names) != count:
        raise IngotError(
            f"there are {len(names)} labels, the model has {count} classes",
            where=str(model),
            remedy="Give --labels FILE.",
        )
    if not names:
        guesses.append("classes: class 0, class 1, ...")
    return names or [f"class {number}" for number in range(count)]


def packed_labels(model: Path) -> list[str]:
    """The labels that TensorFlow Lite's metadata packs behind a model, as a zip; [] where there are none."""
    content = model.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = [item for item in archive.infolist() if item.filename.lower().endswith("labels.txt")]
            found += [item for item in archive.infolist() if item.filename.lower().endswith(".txt")]
            if not found or found[0].file_size > MOST_LABELS * 100:
                return []
            return label_lines(archive.read(found[0]), f"{model}:{found[0].filename}")
    except archive_errors():
        return []


def label_lines(content: bytes, where: str) -> list[str]:
    """The labels of a text, one a line; numbers before them ("0 rose", "0:rose") are left out."""
    import re

    lines = [line.strip() for line in decode_text(content, where).splitlines() if line.strip()]
    numbered = [re.fullmatch(r"(\d+)[\s:,]+(.+)", line) for line in lines]
    if lines and all(found and int(found[1]) == i for i, found in enumerate(numbered)):
        return [found[2] for found in numbered if found]
    return lines


def read_labels(file: Path) -> list[str]:
    """The labels of a file. Raises IngotError."""
    labels = label_lines(read_bounded(file, "yaml"), str(file))
    if not labels:
        raise IngotError(
            "holds no label", where=str(file), remedy="Write one label a line, in the order of the scores."
        )
    return labels


def check_use_case(name: str) -> None:
    """Raises IngotError for a name that is no use case."""
    if name and name not in USE_CASES:
        raise IngotError(f"there is no use case '{name}'", where="--use-case", remedy=did_you_mean(name, USE_CASES))
