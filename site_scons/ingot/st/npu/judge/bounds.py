# SPDX-License-Identifier: Apache-2.0
"""How far rounding alone can take an epoch of one layer from the model, out of its registers.

    sums        half a step of 2^OUTSHIFT; in a loop one a pass
    scaling     half a step of the 16-bit number; the multiplier's own rounding, half a unit times the largest number
                that does not end at the limits of the output
    output      half a unit of the last place; and half of one in the model

Each error grows by the multiplier of the units that follow. Bytes from memory are taken as right, 16-bit numbers as
rounded once.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import floor

from ingot.st.npu.machine import HardwareEpoch, memory_words
from ingot.st.npu.registers import Port, Unit, signed
from ingot.st.npu.routes import Link, links_of
from ingot.st.npu.sim.fields import fields_of
from ingot.st.npu.streams import stream_of

#: The largest 16-bit number.
WHOLE = 32768
#: Numbers of a byte.
BYTE = 256.0
#: The model's own rounding.
MODEL = 0.5


def rounding_bound(epoch: HardwareEpoch) -> int | None:
    """Units of the last place that one layer may be apart; None where errors go through a second layer."""
    links = {link.port: link for link in links_of(epoch)}
    worst = 0.0
    for unit in epoch.outputs:
        found = _error(epoch, links, links[Port(unit, 0)].source, (), BYTE)
        if found is None:
            return None
        worst = max(worst, found)
    return max(1, floor(worst + MODEL))


def _error(
    epoch: HardwareEpoch, links: Mapping[Port, Link], unit: Unit, seen: tuple[Unit, ...], reach: float
) -> float | None:
    """The largest error of what a unit makes, in its own units. reach: no number beyond it counts."""
    if unit.kind == "STRENG":
        return 0.5 if stream_of(unit, epoch.units[unit], epoch.where).element == 2 else 0.0
    if unit in seen:
        return 0.0
    seen = (*seen, unit)
    fields = fields_of(epoch, unit)
    if unit.kind == "CONVACC":
        feature = _error(epoch, links, links[Port(unit, 0)].source, seen, reach)
        if feature is None or feature > 0:
            return None
        return _sums(epoch, links, unit, fields, seen, reach)
    if unit.kind == "ARITH":
        return _scaled(epoch, links, unit, fields, seen, reach)
    if unit.kind == "POOL":
        found = _error(epoch, links, links[Port(unit, 0)].source, seen, reach)
        return None if found is None else found if fields["TYPE"] == 0 else None if found else 0.5
    return None


def _sums(
    epoch: HardwareEpoch,
    links: Mapping[Port, Link],
    unit: Unit,
    fields: Mapping[str, int],
    seen: tuple[Unit, ...],
    reach: float,
) -> float | None:
    own = 0.5 if fields["OUTSHIFT"] else 0.0
    if fields["NOSUM"]:
        return own
    passes = fields["ATOT"] if fields["AFILTMODE"] else 1
    source = links[Port(unit, 2)].source
    added = 0.0 if source.kind == "STRENG" else _error(epoch, links, source, seen, reach)
    if added is None:
        return None
    return own * passes + added * 2.0 ** (fields["INSHIFT"] - fields["OUTSHIFT"])


def _scaled(
    epoch: HardwareEpoch,
    links: Mapping[Port, Link],
    unit: Unit,
    fields: Mapping[str, int],
    seen: tuple[Unit, ...],
    reach: float,
) -> float | None:
    if fields["OP"]:
        return None
    step = 2.0 ** fields["RES"]
    multipliers = _multipliers(epoch, unit, fields)
    found = 0.5 if fields["ROUND"] and fields["RES"] else 0.0
    for port, (name, shift) in enumerate((("A", "AX"), ("B", "BY"))[: 1 + fields["DUALIN"]]):
        low, high = multipliers[name]
        whole = WHOLE if fields["XFBYTES" if name == "A" else "YFBYTES"] == 2 else BYTE / 2
        gain = 2.0 ** -fields[shift] / step
        limit = min(whole, reach / max(low * gain, 1e-9))
        error = _error(epoch, links, links[Port(unit, port)].source, seen, limit)
        if error is None:
            return None
        exact = low == high and high & (high - 1) == 0
        found += error * high * gain + (0.0 if exact else 0.5 * limit * gain) + (1.0 / step if fields[shift] else 0.0)
    return found


def _multipliers(epoch: HardwareEpoch, unit: Unit, fields: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """The smallest (but for 0) and the largest amount of a and of b."""
    words = [word for place, word in memory_words(epoch.units[unit]) if place % 2 == 0]
    found = {}
    for name, low in (("A", 0), ("B", 16)):
        if fields[f"COEFF{name}"] and words:
            amounts = [abs(signed(word >> low, 16)) for word in words]
        else:
            amounts = [abs(fields[name])]
        found[name] = (min((amount for amount in amounts if amount), default=1), max(amounts))
    return found
