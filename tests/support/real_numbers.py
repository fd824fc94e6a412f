# SPDX-License-Identifier: Apache-2.0
"""Float32 results against LiteRT where equality to the bit is not to be had."""

from __future__ import annotations

import numpy as np

from ingot.device.run.direct import DirectNetwork
from ingot.device.run.oracle import Reference
from support.differential import program_of, seed_of


def check_close(model: bytes, ulps: int, *, positive: bool = False, least: float = 0.0) -> None:
    """Asserts that every float32 output is within `ulps` units in the last place of LiteRT's.

    positive: inputs have no sign. least: results are compared as if they were at least that large.
    """
    program, reference = program_of(model), Reference(model)
    generator = np.random.default_rng(seed_of(model))
    given = [generator.normal(0, 3, port.shape).astype(np.float32) for port in reference.inputs]
    if positive:
        given = [np.abs(x) + np.float32(1e-6) for x in given]
    for ours, theirs in zip(DirectNetwork(program).run(given), reference.run(given), strict=True):
        unit = np.spacing(np.maximum(np.abs(theirs), np.float32(max(least, 1e-37))))
        worst = np.max(np.abs(ours.reshape(theirs.shape) - theirs) / unit)
        assert worst <= ulps, f"{worst} units in the last place"
