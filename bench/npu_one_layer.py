# SPDX-License-Identifier: Apache-2.0
"""Networks of one layer against outputs of a real board: a fit of what the compiler may choose.

    python bench/npu_one_layer.py MODEL.tflite IO.npz [MODEL.tflite IO.npz ...] [--ties away|up|even]

IO.npz is what `stedgeai validate --mode target` writes: c_inputs_1 and c_outputs_1 are the board's. Epochs are built by
the assembler from the model's constants. Two numbers are the compiler's to choose, and the build that the board ran is
not public: the shift s of the sums, and the fraction bits Qn of the 16-bit number. All of a grid are tried, and for
kernels above 3x3 all ways to take them apart in two. A zero is called a fit, not a proof.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from ingot.compiler.frontend.model import read_operators  # noqa: E402
from ingot.compiler.graph import Graph, Operator  # noqa: E402
from ingot.st.npu.machine import HardwareEpoch  # noqa: E402
from ingot.st.npu.sim.epoch import Settings  # noqa: E402
from support.npu_build import FLASH, RAM  # noqa: E402
from support.npu_layer import Convolution, convolution_epoch, mean_epoch, pool_epoch  # noqa: E402
from support.npu_memory import memory, read, run  # noqa: E402

SHIFTS, FRACTIONS = range(7), range(8, 16)
MIDDLE, BEHIND, OUT = RAM + 0x10000, RAM + 0x60000, RAM + 0x90000


def layer_of(graph: Graph, operator: Operator) -> Convolution:
    """The convolution of a model's operator. Depthwise kernels become dense ones."""
    x, w, b = (graph.tensors[index] for index in operator.inputs if index is not None)
    y = graph.tensors[operator.outputs[0]]
    assert w.data is not None and w.quant is not None and b.data is not None
    weights = w.data.astype(np.int8)
    bias, scales = b.data, w.quant.scale
    if operator.kind == "DEPTHWISE_CONV_2D":
        channels = weights.shape[3]
        dense = np.zeros((channels, *weights.shape[1:3], channels), np.int8)
        for channel in range(channels):
            dense[channel, :, :, channel] = weights[0, :, :, channel]
        weights = dense
    padded = -len(weights) % 4  # a set has four kernels
    if padded:
        weights = np.concatenate([weights, np.zeros((padded, *weights.shape[1:]), np.int8)])
        bias = np.concatenate([bias, np.zeros(padded, bias.dtype)])
        scales = np.concatenate([scales, scales[:padded]])
    before, after = _same_pads(weights.shape[1:3], y.shape[1:3] == x.shape[1:3])
    pads = (before[0], after[0], before[1], after[1])
    shape: Any = x.shape[1:]
    return Convolution(weights, bias, x.scale, x.zero_point, scales, y.scale, y.zero_point, pads, shape)


def _same_pads(sides: tuple[int, int], same: bool) -> tuple[tuple[int, int], tuple[int, int]]:
    """Pads before and after, of rows and columns, at stride 1."""
    rows, columns = sides if same else (1, 1)
    return ((rows - 1) // 2, (columns - 1) // 2), (rows // 2, columns // 2)


def ways_apart(layer: Convolution) -> list[tuple[tuple[int, int, int, int], ...]]:
    """The kernel whole, or in two parts of at most three rows or columns more than the other."""
    rows, columns = layer.weights.shape[1:3]
    if max(rows, columns) <= 3:
        return [()]
    found = []
    for size in range(2, columns - 1):
        found.append(((0, rows, 0, size), (0, rows, size, columns - size)))
        found.append(((0, size, 0, columns), (size, rows - size, 0, columns)))
    return found


def rest_of(graph: Graph, layer: Convolution) -> list[HardwareEpoch]:
    """What follows the convolution."""
    height, width = layer.size
    shape, place, epochs = (height, width, layer.outputs), MIDDLE, []
    for number, operator in enumerate(graph.operators[1:], start=2):
        x, y = graph.tensors[operator.inputs[0] or 0], graph.tensors[operator.outputs[0]]
        if operator.kind == "MAX_POOL_2D":
            epochs.append(pool_epoch(number, place, BEHIND, shape))
            shape, place = (shape[0] // 2, shape[1] // 2, shape[2]), BEHIND
        else:
            assert operator.kind == "MEAN", operator.kind
            epochs.append(mean_epoch(number, place, OUT, shape, x.scale, x.zero_point, y.scale, y.zero_point))
    return epochs


def outputs_of(
    epochs: list[HardwareEpoch], content: bytes, inputs: npt.NDArray[Any], channels: int, settings: Settings
) -> npt.NDArray[Any]:
    """The bytes that the epochs make of each input."""
    found = []
    for values in inputs:
        store = memory({RAM: values, FLASH: np.frombuffer(content, np.uint8)})
        for epoch in epochs:
            run(epoch, store, settings)
        found.append(read(store, OUT, (channels,)))
    return np.array(found)


def fit(model: Path, io: Path, settings: Settings) -> None:
    """Prints the grid of one network."""
    graph = read_operators(model)
    layer = layer_of(graph, graph.operators[0])
    channels = graph.tensors[graph.operators[0].outputs[0]].shape[-1]
    with np.load(io, allow_pickle=False) as arrays:
        inputs, board = arrays["c_inputs_1"], arrays["c_outputs_1"].reshape(len(arrays["c_inputs_1"]), -1)
        reference = arrays["m_outputs_1"].reshape(board.shape)
    rest = rest_of(graph, layer)
    ranked = []
    off = int(np.count_nonzero(reference != board))
    print(f"{model.name}: {board.size} bytes of the board; {off} differ from the model's")
    for parts in ways_apart(layer):
        title = " + ".join(f"{part[1]}x{part[3]}" for part in parts) or "whole kernel"
        print(f"  {title}; wrong bytes for s (down) and Qn (across)")
        print("      " + "".join(f"{fraction:>6}" for fraction in FRACTIONS))
        for shift in SHIFTS:
            row = []
            for fraction in FRACTIONS:
                epoch, content = convolution_epoch(1, layer, RAM, FLASH, MIDDLE, shift, fraction, parts)
                found = outputs_of([epoch, *rest], content, inputs, layer.outputs, settings)[:, :channels]
                row.append(int(np.count_nonzero(found != board)))
                ranked.append((row[-1], title, shift, fraction))
            print(f"  {shift:>4}" + "".join(f"{count:>6}" for count in row), flush=True)
    ranked.sort()
    for word, (count, title, shift, fraction) in zip(("best", "second best"), ranked, strict=False):
        print(f"  {word}: {count} of {board.size} wrong with {title}, s = {shift}, Qn = {fraction}")


def main() -> int:
    """Fits the given networks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--ties", choices=("away", "up", "even"), default="away")
    given = parser.parse_args()
    for model, io in zip(given.files[::2], given.files[1::2], strict=True):
        fit(model, io, Settings(given.ties))
    return 0


if __name__ == "__main__":
    sys.exit(main())
