# SPDX-License-Identifier: Apache-2.0
"""POOL: the largest, or a multiple of the sum, of windows of a frame; of all of it (global).

Channels are interleaved, BSIZE of them. A sum is multiplied by MULVAL, 2^k / n as the compiler rounds it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ingot.st.npu.registers import Unit
from ingot.st.npu.sim.arithmetic import Ints
from ingot.st.npu.sim.fields import never
from ingot.st.npu.sim.frames import Frames

MAX, AVERAGE, GLOBAL_AVERAGE = 0, 2, 10


def pooled(unit: Unit, fields: Mapping[str, int], features: Frames, where: str) -> Ints:
    """(different frames, elements) before the last shift, int64 for sums."""
    depth = fields["BSIZE"]
    if not depth or not fields["X"] or fields["X"] % depth or not fields["Y"]:
        raise never(f"frames of {fields['X']}x{fields['Y']} elements of depth {depth}", unit, where)
    if features.size != fields["X"] * fields["Y"]:
        raise never(f"frames of {features.size:,} elements, not {fields['X']}x{fields['Y']}", unit, where)
    frames = features.read(fields["FBYTES"], True).reshape(-1, fields["Y"], fields["X"] // depth, depth)
    if fields["CROPEN"]:
        bottom, right = min(fields["BCROP"], fields["Y"] - 1) + 1, min(fields["RCROP"], fields["X"] - 1) + 1
        if fields["LCROP"] % depth or right % depth:
            raise never(f"a crop to {fields['LCROP']}..{fields['RCROP']} of depth {depth}", unit, where)
        frames = frames[:, fields["TCROP"] : bottom, fields["LCROP"] // depth : right // depth]
    if fields["TYPE"] == GLOBAL_AVERAGE:
        sums: Ints = frames.sum(axis=(1, 2), dtype=np.int64) * fields["MULVAL"]
        return sums
    rows, columns, down, across = (fields[name] for name in ("WINY", "WINX", "STRDY", "STRDX"))
    if not (rows and columns and down and across) or rows > frames.shape[1] or columns > frames.shape[2]:
        raise never(f"windows of {rows}x{columns} on {frames.shape[1]}x{frames.shape[2]} pixels", unit, where)
    height, width = frames.shape[1] - rows + 1, frames.shape[2] - columns + 1
    parts = [
        frames[:, row : row + height : down, column : column + width : across]
        for row in range(rows)
        for column in range(columns)
    ]
    found: Ints = parts[0].astype(np.int32 if fields["TYPE"] == MAX else np.int64)
    for part in parts[1:]:
        if fields["TYPE"] == MAX:
            np.maximum(found, part, out=found)
        else:
            found = found + part
    if fields["TYPE"] == AVERAGE:
        found = found * fields["MULVAL"]
    return found.reshape(len(found), -1)
