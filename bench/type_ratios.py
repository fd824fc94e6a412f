# SPDX-License-Identifier: Apache-2.0
"""Instructions of the same layers in int8, in uint8 and with weights of 4 bits, side by side on the emulated core.

    python bench/type_ratios.py [NAME...] [--cpu cortex-m55] [--activation NONE|RELU6]

NAME: a layer below, or a part of one. With RELU6 the output's zero point is its lowest number, as where networks have
a RELU, which takes the shorter forms of the kernels.

Prints instructions of one inference, and the ratio to int8. Layers are made up, of sizes that real networks have.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from ingot.board.cores import default_core  # noqa: E402
from ingot.device.run.inputs import random_inputs  # noqa: E402
from support.differential import program_of  # noqa: E402
from support.emulated_kernels import run_emulated  # noqa: E402
from support.tflite_builder import Builder, window_extent  # noqa: E402

LAYERS: dict[str, tuple[str, tuple[int, ...], int, int, int]] = {
    "CONV_2D 3x3 3->8 stride 2": ("CONV_2D", (1, 32, 32, 3), 8, 3, 2),
    "CONV_2D 1x1 16->32": ("CONV_2D", (1, 16, 16, 16), 32, 1, 1),
    "CONV_2D 1x1 64->64": ("CONV_2D", (1, 12, 12, 64), 64, 1, 1),
    "CONV_2D 1x1 128->256": ("CONV_2D", (1, 6, 6, 128), 256, 1, 1),
    "CONV_2D 3x3 16->16": ("CONV_2D", (1, 16, 16, 16), 16, 3, 1),
    "CONV_2D 3x3 32->64": ("CONV_2D", (1, 8, 8, 32), 64, 3, 1),
    "FULLY_CONNECTED 256->128": ("FULLY_CONNECTED", (1, 256), 128, 1, 1),
    "FULLY_CONNECTED 64->10": ("FULLY_CONNECTED", (1, 64), 10, 1, 1),
    "DEPTHWISE_CONV_2D 3x3 of 32": ("DEPTHWISE_CONV_2D", (1, 16, 16, 32), 32, 3, 1),
    "DEPTHWISE_CONV_2D 3x3 of 128 stride 2": ("DEPTHWISE_CONV_2D", (1, 12, 12, 128), 128, 3, 2),
    "DEPTHWISE_CONV_2D 5x5 of 64": ("DEPTHWISE_CONV_2D", (1, 12, 12, 64), 64, 5, 1),
}
"""name -> kind, input, output channels, window, stride."""


def layer(name: str, form: str, activation: str = "NONE") -> bytes:
    """form: "int8", "uint8" or "int4"."""
    kind, shape, channels, window, stride = LAYERS[name]
    b, random = Builder(), np.random.default_rng(0)
    dtype = "uint8" if form == "uint8" else "int8"
    x = b.input(shape, dtype, 0.05, 130 if dtype == "uint8" else 2)
    weights_shape: tuple[int, ...] = (channels, window, window, shape[-1])
    if kind == "DEPTHWISE_CONV_2D":
        weights_shape = (1, window, window, channels)
    if kind == "FULLY_CONNECTED":
        weights_shape = (channels, shape[-1])
    axis = 3 if kind == "DEPTHWISE_CONV_2D" else 0
    scales = random.uniform(0.002, 0.01, channels).tolist()
    if form == "uint8":
        w = b.constant(random.integers(0, 256, weights_shape).astype(np.uint8), 0.005, 121)
    elif form == "int4":
        w = b.nibbles(random.integers(-8, 8, weights_shape), scales, axis=axis)
    else:
        w = b.constant(random.integers(-127, 128, weights_shape).astype(np.int8), scales, axis=axis)
    bias = b.constant(random.integers(-999, 999, channels).astype(np.int32))
    target: tuple[int, ...] = (shape[0], channels)
    options: dict[str, Any] = {"fused_activation_function": activation}
    if kind != "FULLY_CONNECTED":
        extents = [window_extent(n, window, stride, 1, "SAME") for n in shape[1:3]]
        target = (shape[0], *extents, channels)
        options |= {"padding": "SAME", "stride_h": stride, "stride_w": stride}
    zero = 125 if activation == "NONE" else 0
    y = b.tensor(target, dtype, 0.4 if activation == "NONE" else 6 / 255, zero if dtype == "uint8" else zero - 128)
    b.operator(kind, [x, w, bias], [y], **options)
    return b.finish([y])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cpu", default=default_core().name)
    parser.add_argument("names", nargs="*", default=[""])
    parser.add_argument("--activation", default="NONE")
    options = parser.parse_args()
    chosen = [name for name in LAYERS if any(part in name for part in options.names)]
    names = [(name, form) for name in chosen for form in ("int8", "uint8", "int4")]
    names = [(name, form) for name, form in names if form != "int4" or "DEPTHWISE" not in name]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INGOT_TEST_SESSION"] = folder
        cases = []
        for name, form in names:
            program = program_of(layer(name, form, options.activation))
            # In a network the tables that turn uint8 into int8 stand at its ends.
            [call] = [call for call in program.calls if not call.kernel.startswith("table")]
            program = replace(program, calls=(call,), inputs=call.inputs, outputs=call.outputs)
            specs = [(program.tensors[t].shape, program.tensors[t].dtype.value) for t in program.inputs]
            cases.append((program, random_inputs(specs, 1)))
        outcomes = run_emulated(cases, cpu=options.cpu, folder=Path(folder))
    counts = {key: outcome.instructions for key, outcome in zip(names, outcomes, strict=True)}
    wrong = [key for key, outcome in zip(names, outcomes, strict=True) if outcome.differs is not None]
    print(f"{options.cpu}\n{'':40}{'int8':>10}{'uint8':>16}{'int4':>16}")
    for name in chosen:
        whole = counts[name, "int8"]
        line = f"{name:40}{whole:>10,}"
        for form in ("uint8", "int4"):
            count = counts.get((name, form))
            line += f"{count:>10,} {count / whole:.2f}" if count else f"{'':>15}"
        print(line)
    sys.exit(f"differ from the portable kernels: {wrong}" if wrong else 0)


if __name__ == "__main__":
    main()
