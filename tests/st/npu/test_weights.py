# SPDX-License-Identifier: Apache-2.0
"""Weights of own builds against own models: every layout, and every kind of damage is found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from ingot.base.errors import IngotError
from ingot.st.npu.build import read_build
from ingot.st.npu.kernels import KernelShape, pack_kernels, unpack_kernels
from ingot.st.npu.weights import StreamWeights, compare_weights, weights_text
from support.npu_build import FLASH, RAM, Buffer, conv_epoch, write_build
from support.qdq_builder import QdqBuilder
from support.tflite_builder import Builder

Weights = npt.NDArray[np.int8]
SEED = np.random.default_rng(7)
CONV = SEED.integers(-127, 128, (8, 3, 3, 4)).astype(np.int8)
WISE = SEED.integers(-127, 128, (1, 3, 3, 16)).astype(np.int8)
POINT = SEED.integers(-127, 128, (24, 1, 1, 40)).astype(np.int8)
SPLIT = SEED.integers(-127, 128, (8, 5, 5, 3)).astype(np.int8)
SCALES = {
    "conv": [0.001 * (n + 1) for n in range(8)],
    "wise": [0.002 * (n + 1) for n in range(16)],
    "point": [0.003 * (n + 1) for n in range(24)],
    "split": [0.004 * (n + 1) for n in range(8)],
}


def model(path: Path, conv: Weights = CONV) -> Path:
    builder = Builder()
    outputs = []
    for name, values, kind in (
        ("conv", conv, "CONV_2D"),
        ("wise", WISE, "DEPTHWISE_CONV_2D"),
        ("point", POINT, "CONV_2D"),
        ("split", SPLIT, "CONV_2D"),
    ):
        wise = kind == "DEPTHWISE_CONV_2D"
        channels = values.shape[3]
        source = builder.input((1, 8, 8, channels), "int8", 0.05, 0)
        weights = builder.constant(values, SCALES[name], axis=3 if wise else 0)
        size = 8 - values.shape[1] + 1
        target = builder.tensor((1, size, size, channels if wise else values.shape[0]), "int8", 0.1, 0)
        extra = {"depth_multiplier": 1} if wise else {}
        builder.operator(kind, [source, weights, None], [target], padding="VALID", stride_h=1, stride_w=1, **extra)
        outputs.append(target)
    path.write_bytes(builder.finish(outputs))
    return path


def onnx_model(path: Path) -> Path:
    """The same weights as ONNX has them: of a convolution outputs, inputs, rows, columns; of a Gemm inputs, outputs."""
    builder = QdqBuilder(seed=3)
    outputs = []
    for name, values in (("conv", CONV), ("wise", WISE), ("split", SPLIT), ("point", POINT)):
        wise, matrix = name == "wise", name == "point"
        channels = values.shape[3]
        turned = values.transpose((3, 0, 1, 2) if wise else (0, 3, 1, 2))
        codes = np.ascontiguousarray(turned[:, :, 0, 0].T if matrix else turned)
        parts = [codes, np.array(SCALES[name], np.float32), np.zeros(len(SCALES[name]), np.int8)]
        stored = [builder.constant(part) for part in parts]
        weights = str(builder.node("DequantizeLinear", stored, axis=1 if matrix else 0))
        source = builder.input((1, channels) if matrix else (1, channels, 8, 8))
        options = {} if matrix else {"group": channels if wise else 1}
        outputs.append(builder.quantized(builder.node("Gemm" if matrix else "Conv", [source, weights], **options)))
    path.write_bytes(builder.finish(outputs))
    return path


MODELS = {"m.tflite": model, "m.onnx": onnx_model}


def rows_of(values: Weights, slices: int, count: int) -> bytes:
    """Set after set of `count` kernels; in a set slice after slice of the inputs. By loops, from the description."""
    outputs, rows, columns, inputs = values.shape
    depth = inputs // slices
    found = bytearray()
    for first in range(0, outputs, count):
        for part in range(slices):
            for kernel in range(first, first + count):
                for row in range(rows):
                    for column in range(columns):
                        for channel in range(part * depth, (part + 1) * depth):
                            found.append(int(values[kernel, row, column, channel]) & 0xFF)
    return bytes(found)


def diagonals_of(values: Weights, count: int, depth: int) -> bytes:
    """Dense kernels of a depthwise convolution: zero but in the kernel's own channel."""
    found = bytearray()
    for kernel in range(values.shape[3]):
        for row in range(values.shape[1]):
            for column in range(values.shape[2]):
                for channel in range(depth):
                    own = channel == kernel % depth
                    found.append(int(values[0, row, column, kernel]) & 0xFF if own else 0)
    assert values.shape[3] % count == 0
    return bytes(found)


def deep_of(values: Weights, slices: int, count: int) -> bytes:
    """Groups of 8 kernels, for each channel the group's kernels; a set padded to 3 bytes."""
    outputs, _, _, inputs = values.shape
    depth = inputs // slices
    found = bytearray()
    for first in range(0, outputs, count):
        for part in range(slices):
            start = len(found)
            for group in range(first, first + count, 8):
                for channel in range(part * depth, (part + 1) * depth):
                    for kernel in range(group, min(group + 8, first + count)):
                        found.append(int(values[kernel, 0, 0, channel]) & 0xFF)
            found += bytes(-(len(found) - start) % 3)
    return bytes(found)


def build(folder: Path, content: bytes, name: str, epoch_fields: dict[str, int], scale: str, offset: int = 64) -> Path:
    """A build of one convolution, whose kernels lie behind 64 other bytes. offset: what its program says."""
    made = conv_epoch(1, RAM, FLASH + offset, RAM + 0x8000, **epoch_fields)
    buffer = Buffer(name, "input", FLASH + 64, len(content), 0, True, tuple(SCALES.get(scale, ())))
    return write_build(folder, {"_ec_blob_1": [made]}, [buffer], bytes(64) + content + bytes(64))


def shape(values: Weights, count: int, depth: int, slices: int = 1) -> dict[str, int]:
    """Fields of a CONVACC. slices: of a chain, of which one CONVACC is there."""
    sets = values.shape[0] // count if values.shape[0] > 1 else values.shape[3] // count
    total = {"KTOT": slices * count, "KLAST": count - 1} if slices > 1 else {}
    return {"kernels": count, "depth": depth, "sets": sets * slices} | total


def kernel(values: Weights) -> dict[str, tuple[int, int]]:
    return {"kernel": (values.shape[1], values.shape[2]), "size": (8, 8)}


LAYOUTS = {
    "conv": (rows_of(CONV, 1, 4), "Conv2D_3_weights", shape(CONV, 4, 4) | kernel(CONV), "conv"),
    "chain": (rows_of(CONV, 2, 4), "Conv2D_3_weights", shape(CONV, 4, 2, 2) | kernel(CONV), "conv"),
    "depthwise": (diagonals_of(WISE, 8, 8), "Conv2D_4_weights_inflated_9", shape(WISE, 8, 8) | kernel(WISE), "wise"),
    "depthwise-4-of-8": (diagonals_of(WISE, 4, 8), "Conv2D_4_weights", shape(WISE, 4, 8) | kernel(WISE), "wise"),
    "dss2": (
        diagonals_of(WISE, 4, 4),
        "Conv2D_4_weights",
        shape(WISE, 4, 4) | kernel(WISE) | {"DSS2MODE": 1},
        "wise",
    ),
    "deep": (
        deep_of(POINT, 1, 12),
        "Conv2D_5_weights",
        shape(POINT, 12, 40) | kernel(POINT) | {"DEEPMODE": 1, "KSETEN": 3},
        "point",
    ),
    "deep-chain": (
        deep_of(POINT, 2, 12),
        "Conv2D_5_weights",
        shape(POINT, 12, 20, 2) | kernel(POINT) | {"DEEPMODE": 1, "KSETEN": 3},
        "point",
    ),
    "rows": (
        rows_of(SPLIT[:, 3:], 1, 8),
        "Conv2D_6_weights_submask_0_0_3_0_8_3_2_5_359",
        shape(SPLIT, 8, 3) | kernel(SPLIT[:, 3:]),
        "split",
    ),
}


def compared(
    folder: Path,
    content: bytes,
    name: str,
    fields: dict[str, int],
    scale: str,
    offset: int = 64,
    file: str = "m.tflite",
) -> StreamWeights:
    path = build(folder / "build", content, name, fields, scale, offset)
    (found,) = compare_weights(read_build(path), MODELS[file](folder / file)).streams
    return found


@pytest.mark.parametrize("file", MODELS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_read_back(layout: str, file: str, tmp_path: Path) -> None:
    found = compared(tmp_path, *LAYOUTS[layout], file=file)
    assert (found.verdict, found.differing, found.note) == ("equal", 0, "")


@pytest.mark.parametrize("file", MODELS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_bit_is_found(layout: str, file: str, tmp_path: Path) -> None:
    content, name, fields, scale = LAYOUTS[layout]
    damaged = bytearray(content)
    damaged[37] ^= 16
    found = compared(tmp_path, bytes(damaged), name, fields, scale, file=file)
    assert (found.verdict, found.differing) == ("differs", 1)
    assert found.note.startswith("one weight, bits 0x10; first in set 0, kernel ")


@pytest.mark.parametrize("file", MODELS)
def test_swapped_kernels_are_named(file: str, tmp_path: Path) -> None:
    content, name, fields, scale = LAYOUTS["conv"]
    size = 36
    swapped = content[size : 2 * size] + content[:size] + content[2 * size :]
    found = compared(tmp_path, swapped, name, fields, scale, file=file)
    assert found.verdict == "differs"
    assert found.note == "the same kernels in another order; first in set 0, kernel 0, row 0, column 0, channel 0"


def test_kernels_of_a_wrong_offset_are_found(tmp_path: Path) -> None:
    content, name, fields, scale = LAYOUTS["conv"]
    damaged = content[1:] + content[:1]
    assert compared(tmp_path, damaged, name, fields, scale).verdict == "differs"
    found = compared(tmp_path, content, name, fields, scale, offset=63)
    assert (found.verdict, found.note) == ("unknown", "network.c has no buffer there")


@pytest.mark.parametrize("file", MODELS)
def test_another_models_file_is_found(file: str, tmp_path: Path) -> None:
    content, name, fields, _ = LAYOUTS["conv"]
    SCALES["other"] = [0.5] * 8
    found = compared(tmp_path, content, name, fields, "other", file=file)
    assert (found.verdict, found.note) == ("foreign", "the model has no weights with the 8 scales of this buffer")


def test_a_retrained_model_is_found(tmp_path: Path) -> None:
    path = build(tmp_path / "build", *LAYOUTS["conv"])
    result = compare_weights(read_build(path), model(tmp_path / "m.tflite", CONV[::-1].copy()))
    assert [item.verdict for item in result.wrong] == ["differs"]
    assert "weights differ from" in weights_text(result)


def test_a_stream_outside_of_the_file_is_found(tmp_path: Path) -> None:
    content, name, fields, scale = LAYOUTS["conv"]
    found = compared(tmp_path, content[:100], name, fields, scale)
    assert found.verdict == "outside"
    assert "are in no file of initialised pools" in found.note


def test_kernels_of_the_compiler_have_no_counterpart(tmp_path: Path) -> None:
    found = compared(tmp_path, bytes([1] * 16), "Pad_3_pad_kern_9", {"kernels": 4, "depth": 4}, "")
    assert (found.verdict, found.note) == ("compiler", "made by the compiler: its buffer has no scales")


def test_a_part_of_a_kernel_without_a_name_is_no_counterpart(tmp_path: Path) -> None:
    content, _, fields, scale = LAYOUTS["rows"]
    found = compared(tmp_path, content, "Conv2D_6_weights", fields, scale)
    assert found.verdict == "unknown"
    assert found.note == "kernels of 2x5 are not the model's, nor a named part of them"


def test_weights_that_nothing_reads_are_listed(tmp_path: Path) -> None:
    path = build(tmp_path / "build", *LAYOUTS["conv"])
    result = compare_weights(read_build(path), model(tmp_path / "m.tflite"))
    assert len(result.unread) == 3


def test_a_model_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = build(tmp_path / "build", *LAYOUTS["conv"])
    (tmp_path / "m.onnx").write_bytes(b"nothing")
    with pytest.raises(IngotError, match=r"m\.onnx"):
        compare_weights(read_build(path), tmp_path / "m.onnx")


@pytest.mark.parametrize("count", [1, 8, 12, 17, 24])
@pytest.mark.parametrize("depth", [1, 16, 43])
def test_deep_kernels_round_trip(count: int, depth: int) -> None:
    kernels = SEED.integers(-127, 128, (3, count, 1, 1, depth)).astype(np.int8)
    shape = KernelShape(count, 1, 1, depth, True)
    packed = pack_kernels(kernels, True)
    assert len(packed) == 3 * shape.bytes
    assert np.array_equal(unpack_kernels(packed, shape), kernels)
