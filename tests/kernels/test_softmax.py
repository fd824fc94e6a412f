"""SOFTMAX against LiteRT's reference kernels."""

from __future__ import annotations

import numpy as np

from ingot.run.direct import DirectNetwork
from ingot.run.inputs import random_inputs
from ingot.run.oracle import Reference
from support.differential import check, program_of
from support.models import nonlinear
from support.models.draw import for_each


@for_each(lambda d: nonlinear.softmax(d, "int8"))
def test_int8(model: bytes) -> None:
    """1 to 200 classes; two have a kernel of their own."""
    check(model)


@for_each(lambda d: nonlinear.softmax(d, "uint8"))
def test_uint8(model: bytes) -> None:
    """1 to 200 classes; two have a kernel of their own."""
    check(model)


@for_each(lambda d: nonlinear.softmax(d, "int16"))
def test_int16(model: bytes) -> None:
    """1 to 200 classes; two have a kernel of their own."""
    check(model)


@for_each(lambda d: nonlinear.softmax(d, "float32"))
def test_float32(model: bytes) -> None:
    """Within two units in the last place: the host's expf() rounds a few arguments in a thousand differently."""
    program, reference = program_of(model), Reference(model)
    inputs = random_inputs([(port.shape, port.dtype.name) for port in reference.inputs], 1)
    ours, theirs = DirectNetwork(program).run(inputs)[0], reference.run(inputs)[0]
    np.testing.assert_array_max_ulp(ours.reshape(theirs.shape), theirs, maxulp=2)
