# SPDX-License-Identifier: Apache-2.0
"""Convolutions with weights of four bits on the n6dk's twin: kept so (weights_4bit=keep) beside expanded to int8.

    python bench/four_bits.py [FILE...] [--cycles]

Without a file: made-up dense layers, each as QDQ .onnx and as .tflite. Of each the bytes of its weights in flash, the
instructions of an inference and, with --cycles, the cycles that llvm-mca estimates. Of a FILE also the sums over the
epochs that have a layer of four bits; nothing is fused then, so that an epoch is a layer. No model is part of this
project: give your own.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from ingot.board.cores import default_core  # noqa: E402
from ingot.compiler.compile import CompileOptions  # noqa: E402
from ingot.device.run.cycles import estimate, missing  # noqa: E402
from ingot.device.run.samples import random_samples  # noqa: E402
from ingot.device.run.twin import emulate  # noqa: E402
from support import tflite_builder  # noqa: E402
from support.qdq_builder import QdqBuilder  # noqa: E402
from support.session import close_session, open_session, session_folder  # noqa: E402
from support.twin_model import build_for_twin  # noqa: E402

LAYERS = [  # channels in, channels out, window, height, width
    (32, 64, 3, 8, 8), (64, 64, 3, 16, 16), (128, 128, 3, 8, 8), (128, 128, 3, 4, 4), (128, 256, 1, 8, 8),
    (64, 64, 1, 16, 16), (32, 32, 1, 32, 32),
]  # fmt: skip
CORE = default_core().name


@dataclass(frozen=True)
class Cost:
    """Of an inference, and of its epochs with weights of four bits (or that had them). flash: bytes of initializers.
    cycles: 0 where they were not asked for."""

    flash: int
    instructions: int
    cycles: int
    small_instructions: int
    small_cycles: int


def qdq_layer(c: int, out: int, window: int, height: int, width: int) -> bytes:
    """A convolution of the size of its input, as an .onnx."""
    b = QdqBuilder(0, 21)
    x = b.input((1, c, height, width))
    weights = b.weights((out, c, window, window), x, small=True)
    return b.finish([b.quantized(b.node("Conv", [x, *weights], pads=[window // 2] * 4))])


def tflite_layer(c: int, out: int, window: int, height: int, width: int) -> bytes:
    """The same as a .tflite."""
    random, b = np.random.default_rng(0), tflite_builder.Builder()
    scales = random.uniform(0.01, 0.02, out).astype(np.float32).tolist()
    weights = b.nibbles(random.integers(-8, 8, (out, window, window, c)), scales)
    bias = b.constant(random.integers(-1000, 1000, out).astype(np.int32))
    x = b.input((1, height, width, c), "int8", 0.02, -3)
    y = b.tensor((1, height, width, out), "int8", 0.3, -3)
    b.operator("CONV_2D", [x, weights, bias], [y], padding="SAME")
    return b.finish([y])


def cost(model: Path, weights_4bit: str, *, fuse: bool, small: set[int] | None, cycles: bool) -> tuple[Cost, set[int]]:
    """small: the epochs that count as those of four bits; None: those whose kernel says so, which is returned."""
    folder = session_folder("four-bits")
    target = build_for_twin(model, folder, CompileOptions(weights_4bit=weights_4bit, fuse=fuse))
    network = target.network
    sample = random_samples(network, 1, 1)[0][1]
    run = emulate(target.elf, target.images, network, [sample], machine=target.machine, timeout=3600)
    if small is None:
        small = {i for i, epoch in enumerate(network.epochs) if any("_w4" in name for name in epoch.kernels)}
    done = estimate(target.elf, network, folder, sample, core=CORE, machine=target.machine) if cycles else None
    epochs = done.epochs if done else (0,) * len(run.epochs)
    return (
        Cost(
            sum(item.size for item in network.initializers),
            run.inferences[0].instructions,
            done.total if done else 0,
            sum(run.epochs[i] for i in small),
            sum(epochs[i] for i in small),
        ),
        small,
    )


def row(name: str, model: Path, *, whole: bool, cycles: bool) -> None:
    """Prints a line. whole: a network, of which the epochs of four bits are said, too."""
    kept, small = cost(model, "keep", fuse=not whole, small=None, cycles=cycles)
    wide, _ = cost(model, "expand", fuse=not whole, small=small, cycles=cycles)
    text = f"{name}: {kept.flash:,} bytes ({kept.flash / wide.flash:.3f} of int8)"
    pairs = [("instructions", kept.instructions, wide.instructions), ("estimated cycles", kept.cycles, wide.cycles)]
    if whole:
        of = f"of its {len(small)} layers of four bits"
        pairs += [
            (f"instructions {of}", kept.small_instructions, wide.small_instructions),
            (f"estimated cycles {of}", kept.small_cycles, wide.small_cycles),
        ]
    for what, mine, others in pairs:
        if others:
            text += f"; {mine:,} {what} ({mine / others:.3f})"
    print(text, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--cycles", action="store_true", help="estimate cycles, too: takes longer")
    options = parser.parse_args()
    if options.cycles and (reason := missing(CORE)):
        parser.error(reason)
    session = open_session()
    try:
        for file in options.files:
            row(file.name, file, whole=True, cycles=options.cycles)
        for shape in LAYERS if not options.files else []:
            for suffix, made in ((".onnx", qdq_layer), (".tflite", tflite_layer)):
                c, out, window, height, width = shape
                name = f"{window}x{window} {c} to {out} of {height}x{width}, {suffix}"
                model = session_folder("layer") / f"layer{suffix}"
                model.write_bytes(made(*shape))
                row(name, model, whole=False, cycles=options.cycles)
    finally:
        close_session(session)


if __name__ == "__main__":
    main()
