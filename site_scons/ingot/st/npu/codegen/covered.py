# SPDX-License-Identifier: Apache-2.0
"""Tensors that several epochs write, part by part: all of their bytes are written, and each by one epoch."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ingot.st.npu.codegen.first_fit import Key
from ingot.st.npu.codegen.made import Program
from ingot.st.npu.memory import touched
from ingot.st.npu.streams import Stream, streams_of


def uncovered(program: Program) -> list[str]:
    """What is wrong, a sentence a tensor: tiles that leave a gap or meet, parts of a joined tensor alike."""
    written: dict[Key, list[Stream]] = {}
    for item in program.operators:
        for key in item.writes:
            size = program.lives[key].bytes
            ours = range(program.places[key], program.places[key] + size)
            own = (stream for epoch in item.epochs for stream in streams_of(epoch))
            written.setdefault(key, []).extend(stream for stream in own if stream.writes and stream.first in ours)
    found = []
    for (tensor, form), streams in written.items():
        start, size = program.places[tensor, form], program.lives[tensor, form].bytes
        if len(streams) > 1:
            times = Counter[str]()
            marks = np.zeros(size, np.int64)
            for stream in streams:
                places = touched(stream) - start
                marks[places[places < size]] += 1
                times["outside"] += int(np.count_nonzero(places >= size))
            times["never"], times["twice"] = int(np.count_nonzero(marks == 0)), int(np.count_nonzero(marks > 1))
            if any(times.values()):
                what = ", ".join(f"{count:,} {name}" for name, count in sorted(times.items()) if count)
                name = program.graph.tensors[tensor].name
                found.append(f"bytes of '{name}' as {form} are written {what}")
    return found
