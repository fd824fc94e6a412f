# SPDX-License-Identifier: Apache-2.0
"""The definition of QDQ arithmetic beside onnxruntime: a line a group of operators and file.

    python bench/qdq_layers.py FILE.onnx... [--forced 10] [--free 100]

forced: so many random inputs through onnxruntime without fused kernels, layer by layer: each layer of the definition
gets onnxruntime's own inputs. Every number of a layer that differs is looked at with exact fractions: what float32
rounds away, of the one or of the other, has to explain it. free: so many from input to output through its fused
kernels, every quantized tensor compared; 0 leaves that out. A file with a difference that rounding does not explain
(forced), or any (free) ends the program with status 1. Where onnxruntime's sums of 32 bits wrap, its results are said
and not counted. No model is part of this project: give your own.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy.typing as npt

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from ingot.base.errors import IngotError  # noqa: E402
from ingot.compiler.frontend.onnx.read import QdqModel, read_qdq  # noqa: E402
from ingot.compiler.graph import Graph  # noqa: E402
from ingot.device.run.inputs import random_inputs  # noqa: E402
from ingot.device.run.onnx_layers import Comparison, OnnxLayers  # noqa: E402


def inputs_of(graph: Graph, seed: int) -> list[npt.NDArray[Any]]:
    return random_inputs([(graph.tensors[t].shape, graph.tensors[t].dtype.value) for t in graph.inputs], seed)


def compared(model: QdqModel, samples: int, *, free: bool) -> Comparison:
    """So many inputs, seeds 1, 2, ... free: from input to output with fused kernels; else layer by layer without."""
    found, layers = Comparison(), OnnxLayers(model, fused=free)
    for seed in range(1, samples + 1):
        layers.compare(inputs_of(model.graph, seed), found, free=free)
    return found


def run(file: Path, forced: int, free: int) -> bool:
    """Prints the lines of one file; whether nothing is beyond rounding."""
    model, right = read_qdq(file.read_bytes(), file.stem, str(file)), True
    if forced:
        found = compared(model, forced, free=False)
        right &= found.within
        for line in found.lines():
            print(f"{file.name}: {forced} inputs, layer by layer, {line}", flush=True)
        for layer, tie in found.ties:
            print(f"  {'tie' if tie.explained else 'NOT EXPLAINED'} in '{layer}': {tie}", flush=True)
        right &= all(tie.explained for _, tie in found.ties)
    if free:
        found = compared(model, free, free=True)
        right &= not found.differing
        wrapped = f"; {sum(found.wrapped.values())} more whose sums wrap there" if found.wrapped else ""
        print(
            f"{file.name}: {free} inputs, fused kernels from input to output: {found.differing:,} of {found.values:,} "
            f"differ{wrapped}",
            flush=True,
        )
    return right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--forced", type=int, default=10, help="inputs layer by layer")
    parser.add_argument("--free", type=int, default=100, help="inputs from input to output")
    options = parser.parse_args()
    wrong = []
    for file in options.files:
        try:
            if not run(file, options.forced, options.free):
                wrong.append(file.name)
        except IngotError as error:
            print(f"{file.name}: {error}", flush=True)
            wrong.append(file.name)
    print(f"{len(options.files) - len(wrong)} of {len(options.files)} files within rounding")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
