# SPDX-License-Identifier: Apache-2.0
"""Operators and types that public model files have, against the reference kernels: a few models of each kind.

bench/random_layers.py compares as many of each as one likes.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from ingot.device.run.direct import DirectNetwork
from ingot.device.run.inputs import random_inputs
from ingot.device.run.oracle import Reference
from ingot.device.run.reference_gaps import LAST_BITS
from ingot.device.run.verify import distance
from support.differential import check, program_of
from support.models import nonlinear
from support.models.draw import Seeded
from support.models.every import MODELS
from support.models.trials import Trial, trials
from support.tflite_builder import Builder

CASES = 2

_BEGINNINGS = (
    *("EQUAL", "NOT_EQUAL", "LESS", "GREATER", "LOGICAL_", "DIV", "FLOOR_", "REDUCE_A", "SELECT", "GATHER_ND"),
    *("SCATTER_ND", "TOPK", "ONE_HOT", "CUMSUM", "REVERSE", "DYNAMIC_UPDATE", "EMBEDDING", "FILL"),
)
_TYPES = (
    "uint8",
    "int4",
    "RELU int16",
    "RELU6 int16",
    "ABS int16",
    "EXP int16",
    "LOG int16",
    "SQRT int16",
    "CONV int16",
    "MATMUL int16",
    "BILINEAR int16",
    "of int32",
)
_SOMETIMES_REFUSED = ("network uint8", "FLOOR_DIV float32")
"""By LiteRT, for some draws; bench/random_layers.py counts them."""

NAMES = [
    name
    for name in MODELS
    if name not in _SOMETIMES_REFUSED
    and (name.startswith(_BEGINNINGS) or any(part in name for part in _TYPES) or name == "SOFTMAX int8 to int16")
]
WITHOUT_REFERENCE = {"CEIL": np.ceil, "ROUND": np.rint}

trials.extend(Trial(f"{__name__}.test_equal", MODELS[name]) for name in (*NAMES, "POW float32"))
trials.extend(
    Trial(f"{__name__}.test_without_reference", partial(nonlinear.float_function, kind=kind))
    for kind in WITHOUT_REFERENCE
)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_equal(name: str) -> None:
    """Byte for byte."""
    for seed in range(CASES):
        check(MODELS[name](Seeded(seed)))


def test_powers_are_near() -> None:
    """Within the units in the last place that `verify` allows."""
    for seed in range(8):
        model = MODELS["POW float32"](Seeded(seed))
        program, reference = program_of(model), Reference(model)
        inputs = random_inputs([(port.shape, port.dtype.name) for port in reference.inputs], seed)
        for ours, theirs in zip(DirectNetwork(program).run(inputs), reference.run(inputs), strict=True):
            assert distance(theirs, ours.reshape(theirs.shape)) <= LAST_BITS


def test_powers_of_zeros_and_infinities() -> None:
    """A result is negative where the exponent is an odd whole number, 1.5 is none."""
    numbers, exponents = np.float32([0.0, -0.0, np.inf, -np.inf]), np.float32([1.5, -1.5, 3, -3, 4, -4, 0.5, -0.5, 2.5])
    b = Builder()
    x, y = b.input((4, 1), "float32"), b.tensor((4, 9), "float32")
    b.operator("POW", [x, b.constant(exponents)], [y])
    check(b.finish([y]), [numbers.reshape(4, 1)])


@pytest.mark.parametrize("kind", WITHOUT_REFERENCE)
def test_without_reference(kind: str) -> None:
    """BUILTIN_REF has no kernel of these; NumPy rounds halves to the even number, too."""
    program = program_of(nonlinear.float_function(Seeded(1), kind))
    (t,) = program.inputs
    values = np.resize(np.float32([0.5, 1.5, -0.5, -2.5, 2.3, -2.7, 1e9, -1e9, 7.0]), program.tensors[t].shape)
    (result,) = DirectNetwork(program).run([values])
    assert np.array_equal(result, WITHOUT_REFERENCE[kind](values))
