# SPDX-License-Identifier: Apache-2.0
"""Who says what a model computes: LiteRT's reference kernels for .tflite files, the definition of QDQ arithmetic for
.onnx files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.model.kinds_of_file import is_onnx
from ingot.model.model_file import read_model_file
from ingot.network.types import Network

if TYPE_CHECKING:
    import numpy.typing as npt

    from ingot.device.run.definition import Definition
    from ingot.device.run.onnx_layers import LayerReport
    from ingot.device.run.oracle import Reference


def oracle_of(model: Path, network: Network) -> Reference | Definition:
    """The oracle of the network that was compiled of this file. Raises IngotError when it cannot run."""
    if is_onnx(read_model_file(model).data):
        from ingot.device.run.definition import Definition

        return Definition(model, [buffer.shape for buffer in network.inputs], network.io_layout)
    from ingot.device.run.oracle import Reference

    return Reference(model, network=network)


def layer_report(oracle: Reference | Definition, samples: Sequence[Sequence[npt.NDArray[Any]]]) -> LayerReport:
    """How far the oracle itself is from another runtime, layer by layer; empty for one that is a runtime."""
    from ingot.device.run.definition import Definition
    from ingot.device.run.onnx_layers import LayerReport, report_layers

    return report_layers(oracle.model, samples) if isinstance(oracle, Definition) else LayerReport(())
