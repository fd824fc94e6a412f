# SPDX-License-Identifier: Apache-2.0
"""Golden inputs and outputs of a model, for the self-test of its image: what the oracle of `verify` computes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingot.device.run.inputs import bench_inputs
from ingot.device.run.model_host import bytes_of
from ingot.device.run.oracles import oracle_of
from ingot.device.run.samples import samples_of
from ingot.image.self_test import SelfTest
from ingot.network.types import Network

#: Types of inputs that a device makes of a seed by itself (firmware/runtime/ingot_self_test.c).
_MADE_OF_A_SEED = ("int8", "uint8")


def golden_test(model: Path, network: Network, seed: int = 1, file: str = "", manifest: str = "") -> SelfTest:
    """file: the inputs; "": they are made of the seed, which alone is kept where all are of 8 bits and it is not 0.

    manifest: of the model.yaml whose preprocessing counts for the file.
    Raises IngotError when the oracle cannot run, or the file does not fit.
    """
    specs = [(buffer.shape, buffer.dtype) for buffer in network.inputs]
    seeded = not file and 0 < seed < 1 << 32 and all(dtype in _MADE_OF_A_SEED for _, dtype in specs)
    if seeded:
        arrays = bench_inputs(specs, seed)
    else:
        ((_, arrays),) = samples_of(network, file, 1, seed, manifest)
    inputs, outputs = bytes_of(arrays), bytes_of(oracle_of(model, network).run(list(arrays)))
    return SelfTest(
        input_bytes=len(inputs),
        output_bytes=len(outputs),
        digest=hashlib.sha256(outputs).digest(),
        seed=seed if seeded else 0,
        inputs=b"" if seeded else inputs,
    )
