"""Several inferences of a model with a state."""

from __future__ import annotations

from ingot.run.direct import DirectNetwork
from ingot.run.inputs import random_inputs
from ingot.run.oracle import Reference
from support.differential import program_of, seed_of

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
