# SPDX-License-Identifier: Apache-2.0
"""The registers of a unit as numbers by name, with sign where they have one."""

from __future__ import annotations

from collections.abc import Mapping

from ingot.base.errors import IngotError
from ingot.st.npu.machine import HardwareEpoch, Registers
from ingot.st.npu.registers import Unit, field_values, signed

_SIGNED: Mapping[str, Mapping[str, int]] = {
    "CONVACC": {"FSUB": 24, "ZFBIAS": 16},
    "ARITH": {"A": 16, "B": 16, "CC": 16, "CLIPMAX": 16, "CLIPMIN": 16},
    "ACTIV": {"PARAM": 16, "PARAM2": 16},
    "POOL": {"MULVAL": 16},
}


def fields_of(epoch: HardwareEpoch, unit: Unit) -> dict[str, int]:
    """Every field of a unit."""
    return values_of(unit, epoch.units[unit])


def values_of(unit: Unit, registers: Registers) -> dict[str, int]:
    """The same of registers that are in no epoch."""
    found = field_values(unit.kind, registers.words)
    for name, bits in _SIGNED.get(unit.kind, {}).items():
        found[name] = signed(found[name], bits)
    return found


def never(what: str, unit: Unit, where: str) -> IngotError:
    """The message for a use that no public build has."""
    return IngotError(
        f"{unit} has {what}",
        where=where,
        remedy="Nobody has verified what this does, so it is not guessed.",
    )
