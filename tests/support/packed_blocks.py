# SPDX-License-Identifier: Apache-2.0
"""The table of packed parameter blocks: for every kernel a fixed layer, the number of its packing, and a digest.

tests/compiler/kernels/packed_blocks.json is written by this file, from the checkout's top, when a number was raised or
a kernel is new:

    PYTHONPATH=tests:site_scons python -m support.packed_blocks

It refuses a row whose bytes changed while its number did not. A row keeps its layer for good: the layer is in the table
as the bytes of a .tflite file (zlib, base64), so that changes to the tests' random models do not touch it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ingot.compiler.emit.parameters import parameter_block
from ingot.compiler.frontend.model import parse_model
from ingot.compiler.kernels.lower import lower
from ingot.compiler.kernels.program import Program
from ingot.compiler.kernels.registry import Target, packing_number
from ingot.compiler.passes.optimize import optimize
from ingot.device.run.host_kernels import host_kernels
from ingot.model.model_file import ModelFile
from support.tflite_builder import TENSOR_TYPES, Builder, binary, conv2d, depthwise, shaped, unary

TABLE = Path(__file__).parents[1] / "compiler/kernels/packed_blocks.json"
LARGEST_LAYER = 1600
"""Bytes of a .tflite file; enough for several groups of channels."""
DRAWS = 120
QDQ_DRAWS = 8
NEVER_CALLED = {f"sub_reversed_{kind}" for kind in ("s8", "s16", "s32", "f32")} | {
    f"{name}_reversed_f32" for name in ("maximum", "minimum")
}
NEVER_CALLED |= {
    f"pairs_{name}_reversed_{kind}" for name in ("div", "floor_div", "floor_mod") for kind in ("f32", "s32")
}
NEVER_CALLED |= {"pairs_pow_reversed_f32", "dense_s8"}
"""Kernels that no lowering calls: operands are only reversed to have a constant one second, and dense_s8 is called by
kernels alone."""
UNROLLED = re.compile(r"_x\d*_")
"""In the names of kernels of optimize=speed."""


@dataclass(frozen=True)
class Row:
    """number: of the packing. size: bytes of the blocks of the kernel's calls. sha256: of those bytes, 16 digits.

    layer: the .tflite file, compressed.
    """

    number: int
    size: int
    sha256: str
    layer: str

    @property
    def model(self) -> bytes:
        return zlib.decompress(base64.b64decode(self.layer))


def read_table() -> dict[str, Row]:
    return {kernel: Row(**row) for kernel, row in json.loads(TABLE.read_text()).items()} if TABLE.exists() else {}


def program_of(model: bytes, *, unroll: bool = False) -> Program:
    return lower(optimize(parse_model(ModelFile(Path("layer"), model))), Target(unroll=unroll))


def blocks(model: bytes, kernel: str) -> bytes | None:
    """The parameter blocks of the calls of that kernel, one after the other; None when the layer has no such call."""
    program = program_of(model, unroll=bool(UNROLLED.search(kernel)))
    calls = [call for call in program.calls if call.kernel == kernel]
    return b"".join(parameter_block(call).data for call in calls) if calls else None


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def fault(kernel: str, row: Row) -> str:
    """What is wrong with a row; "" when it holds."""
    data = blocks(row.model, kernel)
    if data is None:
        return f"the layer of {kernel} has become other kernels: remove its row and record it again"
    number = packing_number(kernel)
    if number != row.number:
        return f"{kernel} has the packing number {number}, the table {row.number}: record it (support.packed_blocks)"
    if (len(data), digest(data)) != (row.size, row.sha256):
        return (
            f"the packed block of {kernel} changed and its number did not: firmware in the field would misread new "
            f"initializers. Raise its number in packs(), beside its lowering, then record it (support.packed_blocks)"
        )
    return ""


def compiled_kernels() -> set[str]:
    """The kernels that the C files of firmware/kernels/ define: their functions that other files can see."""
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", host_kernels().path], capture_output=True, text=True, check=True
    )
    names = {name for _, kind, name in map(str.split, listing.stdout.splitlines()) if kind == "T"}
    return {name.removeprefix("ingot_") for name in names if name.startswith("ingot_")} - {"run_region"}


def drawn_layers() -> Iterator[bytes]:
    """Layers for kernels without a row: the random models of the tests, the larger ones first."""
    from compiler.frontend.examples import EXAMPLES
    from support.models import qdq
    from support.models.draw import Seeded
    from support.models.every import MODELS
    from support.qdq_builder import QdqBuilder

    yield from _unrolled_layers()
    yield from (model(QdqBuilder(seed)) for model in qdq.MODELS.values() for seed in range(QDQ_DRAWS))
    yield from (qdq.MODELS[name](QdqBuilder(s, 21, "int16")) for name in qdq.WIDE_MODELS for s in range(QDQ_DRAWS))
    yield qdq.layer_of_two_types(QdqBuilder(1, 21), "int16", "int8")
    models = [model(Seeded(seed)) for model in MODELS.values() for seed in range(DRAWS)]
    models += [*(example() for example in EXAMPLES.values()), *_rare_layers()]
    fitting = sorted((m for m in models if len(m) <= LARGEST_LAYER), key=len, reverse=True)
    yield from fitting
    yield from sorted((m for m in models if len(m) > LARGEST_LAYER), key=len)


def _rare_layers() -> Iterator[bytes]:
    """Forms that the random models leave out, or come to only once in a while."""
    image, vector = (1, 4, 6, 3), (1, 1, 1, 3)
    s32, steps = ("int32", None, 0), ("int16", 2.0**-11, 0)
    for count in range(1, 17):
        b = Builder()
        sources = [b.input(image, "int8", 0.1, 3) for _ in range(count)]
        joined = b.tensor((*image[:3], 3 * count), "int8", 0.1, 3)
        b.operator("CONCATENATION", sources, [joined], axis=3)
        yield b.finish([joined])
    yield shaped("ARG_MAX", image, image[:3], [3], "int16", 2.0**-11, target=s32, output_type=TENSOR_TYPES["int32"])
    yield unary("DEQUANTIZE", image, ("int32", 0.01, 0), ("float32", None, 0))
    yield unary("QUANTIZE", image, ("float32", None, 0), steps)
    for kind in ("MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE"):
        yield binary(kind, (image, vector), (s32, s32), s32)
        b = Builder()
        source, result = b.input(image, *s32), b.tensor(image, *s32)
        b.operator(kind, [source, b.constant(np.array([[[[5, -7, 1 << 20]]]], np.int32))], [result])
        yield b.finish([result])
    for kind in ("DIV", "FLOOR_DIV", "FLOOR_MOD"):
        yield binary(kind, (image, vector), (s32, s32), s32)
        b = Builder()
        divisor, result = b.input(image, *s32), b.tensor(image, *s32)
        b.operator(kind, [b.constant(np.array([[[[5, -7, 1 << 20]]]], np.int32)), divisor], [result])
        yield b.finish([result])
    b = Builder()
    condition, chosen = b.input((2, 3), "bool"), b.tensor((2, 3), "float32")
    values = [b.constant(np.arange(6, dtype=np.float32).reshape(2, 3) + shift) for shift in (0, 9)]
    b.operator("SELECT_V2", [condition, *values], [chosen])
    yield b.finish([chosen])
    b = Builder()
    matrix = b.constant(np.arange(-6, 6, dtype=np.int8).reshape(4, 3), [0.1, 0.2, 0.3], axis=1)
    source, product = b.input((2, 4), "int16", 0.001), b.tensor((2, 3), "int16", 0.01)
    b.operator("BATCH_MATMUL", [source, matrix], [product])
    yield b.finish([product])
    b = Builder()
    left = b.constant(np.arange(-6, 6, dtype=np.int8).reshape(3, 4), 0.1, 3)
    right, product = b.input((4, 5), "int8", 0.1, 3), b.tensor((3, 5), "int8", 0.1, 3)
    b.operator("BATCH_MATMUL", [left, right], [product])
    yield b.finish([product])


def _unrolled_layers() -> Iterator[bytes]:
    """Convolutions of every number of chunks, without windows and with, a depthwise one, and two of many channels."""
    for chunks in range(1, 10):
        for width in (1, 2):
            depth = 16 * chunks // width
            weights = np.resize(np.arange(-99, 100), (8, 1, width, depth)).astype(np.int8)
            bias = np.arange(8, dtype=np.int32)
            yield conv2d((1, 1, 3, depth), weights, 0.01, bias)
    taps = np.resize(np.arange(-99, 100), (1, 3, 3, 16)).astype(np.int8)
    yield depthwise((1, 3, 8, 16), taps, 0.01)
    for width in (1, 2):
        weights = np.resize(np.arange(-99, 100), (64, 1, width, 2)).astype(np.int8)
        yield conv2d((1, 1, 9, 2), weights, 0.01, np.arange(64, dtype=np.int32))


def new_rows(known: Mapping[str, Row]) -> dict[str, Row]:
    """A row for every kernel that has none and that some layer has."""
    found: dict[str, Row] = {}
    wanted = compiled_kernels() - NEVER_CALLED - known.keys()
    for model in drawn_layers():
        if wanted <= found.keys():
            break
        programs = (program_of(model), program_of(model, unroll=True))
        for kernel in {call.kernel for one in programs for call in one.calls} - found.keys() - known.keys():
            data = blocks(model, kernel) or b""
            layer = base64.b64encode(zlib.compress(model, 9)).decode()
            found[kernel] = Row(packing_number(kernel), len(data), digest(data), layer)
    return found


def main() -> int:
    rows: dict[str, Row] = {}
    for kernel, row in read_table().items():
        data = blocks(row.model, kernel)
        if data is not None and packing_number(kernel) > row.number:
            row = Row(packing_number(kernel), len(data), digest(data), row.layer)
        elif what := fault(kernel, row):
            print(what, file=sys.stderr)
            return 1
        rows[kernel] = row
    if compiled_kernels() - rows.keys() - NEVER_CALLED:
        rows |= new_rows(rows)
    table = {kernel: asdict(rows[kernel]) for kernel in sorted(rows)}
    TABLE.write_text(json.dumps(table, indent=1) + "\n")
    missing = sorted(compiled_kernels() - rows.keys() - NEVER_CALLED)
    print(f"{len(rows)} kernels; without a layer: {', '.join(missing) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
