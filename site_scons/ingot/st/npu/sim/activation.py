# SPDX-License-Identifier: Apache-2.0
"""ACTIV: a function of one byte.

    threshold   x > PARAM ? x : PARAM2
    table       u = (x << FUNC) + 0x8000, inside 16 bits; its highest BWIDTH bits pick a word of the first table: a base
                (bits 5..0) and how many of the next bits count on (7..6); their sum picks A, B, C of the second:
                A*x*x + (B << BSHIFT)*x + (C << CSHIFT)

PARAM of the table form has the same value in every build; it is not used.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ingot.st.npu.machine import Registers
from ingot.st.npu.registers import Unit, signed
from ingot.st.npu.sim.arithmetic import Ints
from ingot.st.npu.sim.fields import never

#: First words of the two tables.
BASES, TERMS = 0x100, 0x200


def function_of_byte(unit: Unit, fields: Mapping[str, int], registers: Registers, where: str) -> Ints:
    """Its value before the last shift for x = -128..127, as int64."""
    if not fields["SIGNEDOP"]:
        raise never("SIGNEDOP 0", unit, where)
    x = np.arange(-128, 128, dtype=np.int64)
    if fields["TYPE"] == 2:
        return np.where(x > fields["PARAM"], x, fields["PARAM2"])
    width = fields["BWIDTH"]
    if not width:
        raise never("a table without BWIDTH", unit, where)
    u = np.clip((x << fields["FUNC"]) + 0x8000, 0, 0xFFFF)
    values = []
    for number, place in zip(x.tolist(), u.tolist(), strict=True):
        entry = registers[BASES + (place >> (16 - width))]
        inner = entry >> 6 & 3
        index = (entry & 63) + (place >> (16 - width - inner) & ((1 << inner) - 1))
        first, second = registers[TERMS + 2 * index], registers[TERMS + 2 * index + 1]
        a, b, c = signed(first, 16), signed(first >> 16, 16), signed(second, 16)
        values.append(a * number * number + (b << fields["BSHIFT"]) * number + (c << fields["CSHIFT"]))
    return np.array(values, np.int64)
