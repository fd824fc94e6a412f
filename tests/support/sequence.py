# SPDX-License-Identifier: Apache-2.0
"""Several inferences of a model with a state."""

from __future__ import annotations

from pathlib import Path

from ingot.compiler.compile import CompileOptions, compile_model
from ingot.device.run.direct import DirectNetwork
from ingot.device.run.host import HostNetwork
from ingot.device.run.inputs import random_inputs
from ingot.device.run.oracle import Reference
from support.differential import HOST_POOLS, program_of, seed_of

INFERENCES = 4


def check_sequence(model: bytes) -> None:
    """Asserts that every inference's outputs are LiteRT's, and that after a reset the first one comes again."""
    network, reference = DirectNetwork(program_of(model)), Reference(model)
    specs = [(port.shape, port.dtype.name) for port in reference.inputs]
    first, seed = None, seed_of(model)
    for number in range(INFERENCES):
        given = random_inputs(specs, seed + number)
        ours = [array.tobytes() for array in network.run(given)]
        assert ours == [array.tobytes() for array in reference.run(given)], f"inference {number}"
        first = first or ours
    network.reset()
    assert [array.tobytes() for array in network.run(random_inputs(specs, seed))] == first


def check_reset(model: bytes, folder: Path) -> None:
    """Asserts that the generated code goes on from its state, and begins again after its own reset, as LiteRT does."""
    file = folder / "model.tflite"
    file.write_bytes(model)
    for number, options in enumerate((CompileOptions(name="first"), CompileOptions(optimize="ram", io_input="keep"))):
        out = folder / str(number)
        compile_model(file, HOST_POOLS, out, options)
        network, reference = HostNetwork(out, options.name), Reference(model)
        given = random_inputs([(port.shape, port.dtype.name) for port in reference.inputs], seed_of(model))

        sequences = []
        for _ in range(2):
            for _ in range(2):
                ours, theirs = ([array.tobytes() for array in side.run(given)] for side in (network, reference))
                assert ours == theirs
                sequences.append(ours)
            network.reset()
            reference.reset()
        assert sequences[:2] == sequences[2:]
