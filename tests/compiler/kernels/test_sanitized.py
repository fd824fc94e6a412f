# SPDX-License-Identifier: Apache-2.0
"""The portable kernels under the sanitizers: a sample of every operator. `pytest --sanitize` does it with all tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.compiler.graph import DType
from ingot.compiler.kernels.program import Activation, Call, Program
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.inputs import random_inputs
from support.differential import program_of
from support.models.draw import Seeded
from support.models.every import MODELS, NEEDS_PASSES
from support.sanitizer import sanitized, sanitized_kernels

pytestmark = pytest.mark.slow  # all kernels are compiled under the sanitizers first

ODD = """
#include <stdint.h>

typedef struct ingot_odd {
    uint32_t at;
} ingot_odd;

void ingot_odd_s16(const ingot_odd *k, const char *in, int16_t *out, const void *params, unsigned y, unsigned n);
void ingot_odd_s16(const ingot_odd *k, const char *in, int16_t *out, const void *params, unsigned y, unsigned n)
{
    (void)params, (void)y, (void)n;
    *out = *(const int16_t *)(in + k->at);
}
"""
"""A kernel that reads an int16 at byte `at` of its input."""


@pytest.mark.parametrize("name", MODELS)
def test_kernels_do_what_c_defines(name: str) -> None:
    for seed in range(5):
        program = program_of(MODELS[name](Seeded(seed)), optimized=name in NEEDS_PASSES)
        specs = [(program.tensors[t].shape, program.tensors[t].dtype.value) for t in program.inputs]
        DirectNetwork(program, lib=sanitized_kernels()).run(random_inputs(specs, seed))


def test_a_kernel_that_reads_between_elements_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.c").write_text(ODD)
    library = sanitized(tmp_path)
    x = np.array([1, 2], np.int16)
    (y,) = DirectNetwork(_odd(2), lib=library).run([x])
    assert y == 2
    with pytest.raises(IngotError, match=r"odd_s16\(\): .*odd\.c:\d+:\d+: Load of misaligned address") as raised:
        DirectNetwork(_odd(1), lib=library).run([x])
    assert raised.value.where == "call 0 -> 'y'"


def _odd(at: int) -> Program:
    source = Activation("x", (2,), DType.INT16, None, 1, 4, "input")
    target = Activation("y", (1,), DType.INT16, None, 1, 2, "output")
    return Program("net", (source, target), (Call("odd_s16", "odd", (0,), (1,), {"at": at}),), (0,), (1,))
