# SPDX-License-Identifier: Apache-2.0
"""Where each epoch of a network with npu=1 runs: the NPU's least time beside the CPU's, or why it is the CPU's."""

from __future__ import annotations

from ingot.network.epoch_table import EpochRow, epoch_rows
from ingot.network.types import Network, in_us

TITLES = ("epoch", "layers", "where", "NPU at least us", "CPU us", "why")
#: Of these, numbers.
NUMBERS = ("epoch", "NPU at least us", "CPU us")


def npu_programs(network: Network) -> list[tuple[str, ...]]:
    """A row an epoch, as TITLES; none for a network that was not asked to use the NPU. Times are estimated."""
    asked = any(word.startswith("npu=") and word != "npu=0" for word in network.options.split())
    return [_row(network, row) for row in epoch_rows(network)] if asked and network.compiler == "builtin" else []


def _row(network: Network, row: EpochRow) -> tuple[str, ...]:
    found = next(epoch.estimate for epoch in network.epochs if epoch.number == row.number)
    times = (in_us(found.npu), in_us(found.cpu)) if found else ("", "")
    return str(row.number), row.what, "NPU" if row.kind == "EC" else "CPU", *times, row.why
