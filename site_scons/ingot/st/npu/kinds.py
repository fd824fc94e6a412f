# SPDX-License-Identifier: Apache-2.0
"""The kind of an epoch in a few words, from its registers: what a board has to confirm once for each of them."""

from __future__ import annotations

from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.registers import FIELDS, Unit
from ingot.st.npu.routes import links_of

_POOLS = {0: "largest of windows", 10: "average of the image"}


def kind_of(epoch: HardwareEpoch) -> str:
    """Such as "convolution 3x3 stride 2, 8 bits" or "convolution 1x1 deep, chain of 3, sums in memory"."""
    convolutions = [unit for unit in epoch.units if unit.kind == "CONVACC"]
    parts = [_convolution(epoch, convolutions)] if convolutions else []
    parts += [_pool(epoch, unit) for unit in epoch.units if unit.kind == "POOL"]
    if any(unit.kind == "ACTIV" for unit in epoch.units):
        parts.append("table")
    if any(_field(epoch, unit, "DUALIN") for unit in epoch.units if unit.kind == "ARITH"):
        parts.append("sum of two")
    return " + ".join(parts) or "other scale or format"


def _convolution(epoch: HardwareEpoch, units: list[Unit]) -> str:
    first = units[0]
    rows, columns = (_field(epoch, first, name) for name in ("KH", "KW"))
    words = f"convolution {rows}x{columns}"
    if (down := _field(epoch, first, "VSTRD")) > 1:
        words += f" stride {down}"
    words += " deep" if _field(epoch, first, "DEEPMODE") else ""
    words += " 16 bits" if _field(epoch, first, "SIMD") == 2 else " 8 bits"
    if len(units) > 1:
        words += f", chain of {len(units)}"
    if sums := _sums(epoch):
        words += f", sums {sums}"
    return words


def _sums(epoch: HardwareEpoch) -> str:
    """Where partial sums come from that are no chain's; "" without any."""
    sources = [link.source for link in links_of(epoch) if link.port.unit.kind == "CONVACC" and link.port.port == 2]
    if any(source.kind == "STRENG" for source in sources):
        return "in memory"
    own = [unit for unit in epoch.units if unit.kind == "CONVACC" and not _field(epoch, unit, "NOSUM")]
    return "by the switch" if own and _loops(epoch) else ""


def _loops(epoch: HardwareEpoch) -> bool:
    """Whether a convolution unit adds what it or a later one of its chain made of the frame before."""
    return any(
        _field(epoch, unit, "AFILTMODE") == 3 or _field(epoch, unit, "GEN1SUM") or _field(epoch, unit, "ATOT") > 1
        for unit in epoch.units
        if unit.kind == "CONVACC"
    )


def _pool(epoch: HardwareEpoch, unit: Unit) -> str:
    kind = _field(epoch, unit, "TYPE")
    return _POOLS.get(kind, f"pool of type {kind}")


def _field(epoch: HardwareEpoch, unit: Unit, name: str) -> int:
    field = FIELDS[unit.kind][name]
    return field.get(epoch.units[unit][field.word])
