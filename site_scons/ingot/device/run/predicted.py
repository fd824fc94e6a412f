# SPDX-License-Identifier: Apache-2.0
"""The prediction for a network with layers for the NPU, and how far it is from what the model's oracle says.

Its programs run on the simulator, its other epochs with the portable kernels of this machine. The model's oracle does
not round where the NPU does, so that a network with such layers is no longer equal to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.device.run.oracles import oracle_of
from ingot.network.types import Network

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]


def expected_of(model: Path, folder: Path, network: Network) -> Any:
    """Who says what the firmware of a network computes: the model's oracle, or the prediction where the NPU runs
    layers. folder: where the network's files are. Raises IngotError when it cannot run."""
    return Predicted(model, folder, network) if network.drives_npu else oracle_of(model, network)


class Predicted:
    """An oracle. apart: a line a sample and output about the distance from the model's own."""

    def __init__(self, model: Path, folder: Path, network: Network) -> None:
        from ingot.device.run.host import HostNetwork

        self._host = HostNetwork(folder, network.name)
        self._oracle = oracle_of(model, network)
        self._outputs = network.outputs
        self.inputs, self.outputs = self._oracle.inputs, self._oracle.outputs
        self.name = "the prediction: NPU layers on the simulator, the others on this machine"
        self.saturated = 0
        self.apart: list[str] = []

    def run(self, inputs: list[Array]) -> list[Array]:
        """The predicted outputs."""
        predicted, wanted = self._host.run(inputs), self._oracle.run(inputs)
        for buffer, found, model in zip(self._outputs, predicted, wanted, strict=True):
            self.apart.append(_distance(buffer.name, found, model, self._oracle.name))
        return list(predicted)

    def met_gaps(self) -> Sequence[str]:
        """Those of the model's oracle."""
        return self._oracle.met_gaps()


def _distance(name: str, found: Array, model: Array, oracle: str) -> str:
    import numpy as np

    apart = np.abs(found.astype(np.float64) - model.astype(np.float64))
    where = "the same" if found.size and int(found.argmax()) == int(model.argmax()) else "another one"
    return (
        f"{name}: {int(np.count_nonzero(apart))} of {found.size} values are not those of {oracle}, the largest by "
        f"{apart.max(initial=0.0):g}; the largest value is {where}"
    )
