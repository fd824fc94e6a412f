"""Pointwise functions of float32 against LiteRT's reference kernels."""

from __future__ import annotations

import numpy as np
import pytest

from ingot.run.direct import DirectNetwork
from support.differential import program_of
from support.models import nonlinear
from support.models.draw import Seeded
from support.real_numbers import check_close

NOT_EXACT = {"GELU": 8, "TANH": 2, "LOG": 2, "EXP": 2, "LOGISTIC": 2}
"""Units in the last place by which LiteRT's own rounding may be off; all others are equal."""


@pytest.mark.parametrize("kind", [kind for kind in nonlinear.FLOAT_FUNCTIONS if kind != "ELU"])
@pytest.mark.parametrize("seed", range(4))
def test_function(kind: str, seed: int) -> None:
    """Normally distributed inputs; positive ones where only those have a result."""
    positive = kind in ("SQRT", "RSQRT", "LOG")
    least = 1.0 if kind == "GELU" else 1e-7  # LiteRT's 1 + tanh(x) loses digits to cancellation
    check_close(nonlinear.float_function(Seeded(seed), kind), NOT_EXACT.get(kind, 0), positive=positive, least=least)


def test_elu() -> None:
    """LiteRT has no reference ELU of float32: against NumPy."""
    program = program_of(nonlinear.float_function(Seeded(1), "ELU"))
    shape = program.tensors[program.inputs[0]].shape
    x = np.random.default_rng(1).normal(0, 3, shape).astype(np.float32)
    wanted = np.where(x < 0, np.expm1(x.astype(np.float64)), x).astype(np.float32)
    np.testing.assert_array_equal(DirectNetwork(program).run([x])[0], wanted)
