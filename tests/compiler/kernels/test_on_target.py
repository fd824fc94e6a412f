# SPDX-License-Identifier: Apache-2.0
"""The kernels on emulated cores: Helium on a Cortex-M55, DSP instructions on a Cortex-M7, against portable C."""

from __future__ import annotations

import functools
import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from ingot.compiler.kernels.program import Program
from ingot.device.run.inputs import random_inputs
from support.clang import needs_clang
from support.differential import program_of
from support.emulated_kernels import run_emulated
from support.firmware import needs_gcc, needs_qemu
from support.models import nonlinear
from support.models.draw import Seeded
from support.models.every import MODELS, NEEDS_PASSES
from support.tflite_builder import Builder, unary

pytestmark = [pytest.mark.slow, pytest.mark.emulated, needs_gcc, needs_qemu]

CASES = 3
"""Of every operator."""

TABLES = 40
"""Models of QUANTIZE and DEQUANTIZE that are looked at for tables."""

Case = tuple[str, Program, list[npt.NDArray[Any]]]


@functools.cache
def cases() -> list[Case]:
    """Some models of every operator with inputs, always the same ones."""
    found = []
    for number, (name, model) in enumerate(MODELS.items()):
        for i in range(CASES):
            # uint8 becomes int8 in a pass.
            program = program_of(model(Seeded(1000 * number + i)), optimized=name in NEEDS_PASSES)
            specs = [(program.tensors[t].shape, program.tensors[t].dtype.value) for t in program.inputs]
            inputs = random_inputs(specs, i)
            if name.split()[0] in ("SQRT", "RSQRT", "LOG"):  # cores differ in the sign of NaN
                inputs = [np.abs(x) for x in inputs]
            found.append((f"{name} {i}: {program.calls[0].kernel}", program, inputs))
    return found


@functools.cache
def tables() -> list[Case]:
    """What the passes make of operators of one 8-bit input: entries of 8, 16 and 32 bits."""
    found = []
    for model in (nonlinear.quantize, nonlinear.dequantize):
        for seed in range(TABLES):
            program = program_of(model(Seeded(seed)))
            kernel = program.calls[0].kernel
            if kernel.startswith("table_"):
                specs = [(program.tensors[t].shape, program.tensors[t].dtype.value) for t in program.inputs]
                found.append((f"{kernel} {seed}", program, random_inputs(specs, seed)))
    assert {name.split()[0] for name, *_ in found} == {"table_8to8", "table_8to16", "table_8to32"}
    return found


@functools.cache
def extremes() -> list[Case]:
    """QUANTIZE and CAST of NaN, infinities and huge numbers: vectors, and what is left of them. MAXIMUM and MINIMUM of
    NaN and of zeros of two signs, where the order of the inputs matters."""
    found = []
    for dtype in ("int8", "uint8", "int16"):
        program = program_of(unary("QUANTIZE", (1, 45), ("float32", None, 0), (dtype, 0.5, 3)))
        special = np.float32(
            [np.nan, np.inf, -np.inf, 1e10, -1e10, 3e38, -3e38, 2.0**30, 2.0**23, -(2.0**24), 63, 1.25]
        )
        found.append((f"QUANTIZE {dtype} of extremes", program, [np.resize(special, (1, 45))]))
        program = program_of(unary("CAST", (1, 45), ("float32", None, 0), (dtype, None, 0)))
        found.append((f"CAST {dtype} of extremes", program, [np.resize(special, (1, 45))]))
    numbers = np.float32([np.nan, 1, 2, 0.0, -0.0, np.inf, -np.inf])
    pairs = [a.reshape(1, 49) for a in np.meshgrid(numbers, numbers)]
    for kind, constant in itertools.product(("MAXIMUM", "MINIMUM"), (0, 1)):
        b = Builder()
        ids = [b.constant(a) if i == constant else b.input(a.shape, "float32") for i, a in enumerate(pairs)]
        y = b.tensor((1, 49), "float32")
        b.operator(kind, ids, [y])
        found.append((f"{kind}, input {constant} constant", program_of(b.finish([y])), [pairs[1 - constant]]))
    return found


#: With Helium, and with DSP instructions.
CORES = ["cortex-m55", pytest.param("cortex-m7", marks=pytest.mark.thorough)]


@pytest.mark.parametrize(("cpu", "row_by_row"), [("cortex-m55", False), ("cortex-m55", True), ("cortex-m7", False)])
def test_equal_to_portable(cpu: str, row_by_row: bool) -> None:
    """Every output byte, and no byte behind an output."""
    known = [*cases(), *tables(), *extremes()]
    outcomes = run_emulated([(program, inputs) for _, program, inputs in known], cpu=cpu, row_by_row=row_by_row)
    wrong = [
        f"{name} at byte {o.differs}" for (name, _, _), o in zip(known, outcomes, strict=True) if o.differs is not None
    ]
    assert wrong == []


#: Operators whose int8 kernels have assembly of their own.
OPERATORS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD", "MUL", "MAX_POOL_2D")
ASSEMBLY = (*(f"{name} int8" for name in OPERATORS), "UNIDIRECTIONAL_SEQUENCE_LSTM")


@needs_clang
@pytest.mark.parametrize(
    ("cpu", "some"),
    [
        ("cortex-m55", True),
        pytest.param("cortex-m55", False, marks=pytest.mark.thorough),
        pytest.param("cortex-m7", False, marks=pytest.mark.thorough),
    ],
)
def test_clang_computes_the_same(cpu: str, some: bool) -> None:
    """Kernels that another compiler made: intrinsics and assembly mean the same to it. some: of ASSEMBLY alone."""
    known = [*cases(), *tables(), *extremes()]
    if some:
        known = [case for case in known if case[0].rpartition(":")[0].rpartition(" ")[0] in ASSEMBLY]
        assert len(known) == CASES * len(ASSEMBLY)
    outcomes = run_emulated([(program, inputs) for _, program, inputs in known], cpu=cpu, clang=True)
    wrong = [
        f"{name} at byte {o.differs}" for (name, _, _), o in zip(known, outcomes, strict=True) if o.differs is not None
    ]
    assert wrong == []


@pytest.mark.parametrize("cpu", CORES)
def test_pointers_are_aligned(cpu: str) -> None:
    """The core faults where the emulator forgives, so these kernels check (docs/verification.md). All begins at a
    multiple of 8 that is none of 16, as in a relocatable image, and tensors an element behind that, as inside others:
    that is all that kernels may count on."""
    known = [*cases(), *tables()]
    programs = [(program, inputs) for _, program, inputs in known]
    outcomes = run_emulated(programs, cpu=cpu, checked=True, shift=8, inside=True)
    assert [name for (name, _, _), o in zip(known, outcomes, strict=True) if o.differs is not None] == []


def test_a_vector_that_is_not_aligned_stops_the_kernel() -> None:
    """Tensors of int16 at odd addresses: the emulator gives the right result, the checked kernel does not go on."""
    case = next((program, inputs) for _, program, inputs in cases() if program.calls[0].kernel == "max_pool_s16")
    (unseen,) = run_emulated([case], shift=1)
    assert unseen.differs is None
    with pytest.raises(AssertionError, match=r"UsageFault: unknown instruction.*\npixel at max_pool_s16\.c"):
        run_emulated([case], shift=1, checked=True)


def test_a_difference_is_seen() -> None:
    """One parameter changed by one on the target only."""
    name, program, inputs = next(case for case in cases() if "mul_s8" in case[0])
    changed = replace(program, calls=tuple(_spoiled(call) for call in program.calls))
    good, bad = run_emulated([(program, inputs), (program, inputs)], on_target=[program, changed])
    assert good.differs is None, name
    assert bad.differs is not None


def _spoiled(call: Any) -> Any:
    first = call.params[0]
    words = np.array(first.data)
    words[4] += 1  # the output's zero point
    return replace(call, params=(replace(first, data=words), *call.params[1:]))
