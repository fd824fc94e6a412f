# SPDX-License-Identifier: Apache-2.0
"""The cost model: what running a call row by row costs, in instructions. The one place for these numbers.

They rank schedules; they do not predict a profile. Measured on the kernels of firmware/kernels with Helium: a call from
a region's step table costs about STEP instructions (table, argument set-up, the kernel's prologue and its constants);
convolution kernels take PIXELS output pixels at a time, so that an odd row of a step wastes part of a block.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ingot.compiler.kernels.program import Call, Program

STEP = 80
"""Instructions of one step besides its rows."""

DISPATCH = 30
"""Instructions of reading one step from a region's table; a region of one call has no table."""

REGION = 60
"""Instructions of one epoch block."""

FUSED = 400
"""What a region of several calls costs besides: its table takes flash, and a profile can no longer tell its calls
apart. Calls are fused where that saves memory, not for its own sake."""

MAC = 0.2
"""Instructions of a multiply-accumulate in the inner loops."""

ELEMENT = 3
"""Instructions of an output byte: requantization, or all the work of a call without MACs."""

PIXELS = 2
"""Output pixels that convolutions make at a time."""


def layer_cost(shape: Sequence[int], macs: int, nbytes: int) -> int:
    """Instructions of a layer in an epoch of its own, whole: what call_cost says of it before there is a call.

    shape: whose pixels it goes over, mostly those of its result. nbytes: of the result.
    """
    pixels = math.prod(shape[:-1])
    return int(STEP + REGION + _work(macs, nbytes, pixels, -(-pixels // PIXELS) * PIXELS))


def _work(macs: int, nbytes: int, pixels: int, done: int) -> float:
    """Instructions besides those of steps. done: pixels with those that blocks make in vain."""
    return MAC * macs * max(1.0, done / max(pixels, 1)) + ELEMENT * nbytes


def call_cost(program: Program, call: Call, rows: int, grain: int, fused: bool) -> int:
    """Instructions of a call of `rows` rows, `grain` at a time; `fused`: in a region of several calls."""
    grain = max(1, min(grain, rows))
    steps = -(-rows // grain)
    output = program.tensors[call.outputs[0]]
    pixels = output.shape[2] if len(output.shape) == 4 and rows > 1 else 1
    whole = rows * pixels
    block = grain * pixels
    done = whole if call.folds else steps * (-(-block // PIXELS) * PIXELS)
    work = _work(call.macs, sum(program.tensors[t].nbytes for t in call.outputs), whole, done)
    return int((STEP + DISPATCH * fused) * steps + work)
