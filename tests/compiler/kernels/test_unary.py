# SPDX-License-Identifier: Apache-2.0
"""Functions of one input against LiteRT's reference kernels: of 8 bits, which become tables, and of float32."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from ingot.compiler.graph import Tensor
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.oracle import Reference
from support import tflite_builder
from support.differential import check, compare, graph_of, program_of, seed_of
from support.models import nonlinear
from support.models.trials import for_each, for_each_kind
from support.real_numbers import check_close

NOT_EXACT = {"GELU": 8, "TANH": 2, "LOG": 2, "EXP": 2, "LOGISTIC": 2, "SIN": 2, "COS": 2}
"""Units in the last place by which LiteRT's own rounding may be off; all others are equal."""


@pytest.mark.slow
@for_each_kind(nonlinear.byte_function, nonlinear.BYTE_FUNCTIONS)
def test_bytes(kind: str, model: bytes) -> None:
    """Any scales and zero points, all 256 inputs."""
    source = graph_of(model).tensors[0]
    values = _all_bytes(source)
    if kind in ("SQRT", "RSQRT"):
        values = np.maximum(values, source.zero_point).astype(values.dtype)  # LiteRT stops at negative numbers
    if kind != "ELU":
        check(model, [values])
        return
    # ELU has no reference kernel; its optimized one is a table as well.
    program = program_of(model)
    expected = Reference(model, optimized=True).run([values])
    compare(program, DirectNetwork(program).run([values]), expected, "whole tensors", model, [values])


@for_each(lambda d: nonlinear.byte_function(d, "SQUARE"))
def test_square(model: bytes) -> None:
    """LiteRT squares floats only: here SQUARE is MUL of a tensor with itself."""
    source, target = graph_of(model).tensors
    b = tflite_builder.Builder()
    x, y = (make(t.shape, t.dtype.value, t.scale, t.zero_point) for make, t in ((b.input, source), (b.tensor, target)))
    b.operator("MUL", [x, x], [y])
    program, values = program_of(model), [_all_bytes(source)]
    expected = Reference(b.finish([y])).run(values)
    compare(program, DirectNetwork(program).run(values), expected, "whole tensors", model, values)


def _all_bytes(source: Tensor) -> npt.NDArray[np.generic]:
    return np.arange(256, dtype=np.uint8).view(source.dtype.numpy).reshape(source.shape)


@pytest.mark.slow
@for_each_kind(nonlinear.float_function, [kind for kind in nonlinear.FLOAT_FUNCTIONS if kind != "ELU"], examples=10)
def test_float32(kind: str, model: bytes) -> None:
    """Normally distributed inputs; positive ones where only those have a result."""
    positive = kind in ("SQRT", "RSQRT", "LOG")
    least = 1.0 if kind == "GELU" else 1e-7  # LiteRT's 1 + tanh(x) loses digits to cancellation
    check_close(model, NOT_EXACT.get(kind, 0), positive=positive, least=least)


@for_each(lambda d: nonlinear.float_function(d, "ELU"), examples=10)
def test_elu(model: bytes) -> None:
    """LiteRT has no reference ELU of float32: against NumPy."""
    program = program_of(model)
    shape = program.tensors[program.inputs[0]].shape
    x = np.random.default_rng(seed_of(model)).normal(0, 3, shape).astype(np.float32)
    wanted = np.where(x < 0, np.expm1(x.astype(np.float64)), x).astype(np.float32)
    np.testing.assert_array_equal(DirectNetwork(program).run([x])[0], wanted)
