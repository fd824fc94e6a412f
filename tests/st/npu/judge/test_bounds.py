# SPDX-License-Identifier: Apache-2.0
"""The bound out of the registers holds for what the simulator makes, and is near what can be reached."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.st.npu.judge.bounds import rounding_bound
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.sim.frames import Frames
from ingot.st.npu.sim.store import read_stream
from ingot.st.npu.streams import Stream
from support.npu_build import FLASH, RAM, epoch, raw_stream, registers
from support.npu_layer import multiplier
from support.npu_memory import memory, read, run

Array = npt.NDArray[Any]
PIXELS, DEPTH, CHANNELS = 64, 8, 4
VECTOR, OUT = FLASH + 0x4000, RAM + 0x8000


def convolution(passes: int, shift: int, first: int, second: tuple[int, int]) -> HardwareEpoch:
    """1x1, the input's channels in several passes; a multiplier a channel as a stream of 16 bits, one for all."""
    elements = PIXELS * CHANNELS
    loop = {"NOSUM": 0, "AFILTMODE": 3, "ATOT": passes, "AFIRST": 1, "ALAST": passes - 1, "GEN1SUM": 1, "NO1SUM": 0}
    sizes = {"KW": 1, "KH": 1, "BTCDEPTH": DEPTH, "NR": CHANNELS, "W": PIXELS * DEPTH, "H": 1}
    fields = {"RCROP": PIXELS * DEPTH - 1, "INSHIFT": shift, "OUTSHIFT": shift, **(loop if passes > 1 else {})}
    units = {
        "STRENG0": raw_stream(RAM, PIXELS * DEPTH, LIMIT=passes, FOFFSET=PIXELS * DEPTH),
        "STRENG5": raw_stream(FLASH, passes * CHANNELS * DEPTH, CONT=1, CACHEABLE=1),
        "STRENG6": raw_stream(VECTOR, elements, 2, LSBMODE=1, SIGNEXT=1),
        "CONVACC0": registers("CONVACC", **(sizes | fields)),
        "ARITH2": registers("ARITH", A=1, OP=7, DUALIN=1, RES=first, OBYTES=2),
        "ARITH0": registers("ARITH", A=second[0], RES=second[1], OBYTES=1),
        "STRENG2": raw_stream(OUT, elements, DIR=1),
    }
    links = [
        ("STRENG0", "CONVACC0.0"),
        ("STRENG5", "CONVACC0.1"),
        ("CONVACC0", f"ARITH2.0/{passes - 1}/1" if passes > 1 else "ARITH2.0"),
        ("STRENG6", "ARITH2.1"),
        ("ARITH2", "ARITH0.0"),
        ("ARITH0", "STRENG2"),
        *([("CONVACC0", "CONVACC0.2")] if passes > 1 else []),
    ]
    built: HardwareEpoch = epoch(1, units, links)
    return built


def apart(seed: int, passes: int, shift: int, gain: float) -> tuple[int, int | None, int | None]:
    """The largest difference from exact numbers; the bound; and the bound without the vector's numbers."""
    chance = np.random.default_rng(seed)
    x = chance.integers(-128, 128, (passes, PIXELS, DEPTH)).astype(np.int8)
    kernels = chance.integers(-128, 128, (passes, CHANNELS, DEPTH)).astype(np.int8)
    real = gain * chance.uniform(0.3, 1, CHANNELS) / 2**shift
    scale, first = multiplier(float(real.max()) * 2**shift * 16)  # a 16-bit number has four bits behind the point
    vector = np.round(real / real.max() * scale).astype("<i2")
    built = convolution(passes, shift, first, multiplier(1 / 16))
    store = memory({RAM: x, FLASH: kernels, VECTOR: np.tile(vector, PIXELS)})
    run(built, store)
    sums = np.einsum("npd,ncd->pc", x.astype(np.int64), kernels.astype(np.int64))
    model = np.clip(np.rint(sums * real), -128, 127)
    found = read(store, OUT, (PIXELS, CHANNELS)).astype(np.int64)

    def constants(stream: Stream) -> Frames | None:
        return read_stream(store, stream, "test") if stream.address >= FLASH else None

    return int(np.abs(found - model).max()), rounding_bound(built, constants), rounding_bound(built)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 6), st.integers(4, 9), st.floats(0.1, 4))
def test_no_difference_is_above_the_bound(seed: int, passes: int, shift: int, gain: float) -> None:
    largest, bound, unknown = apart(seed, passes, shift, gain)
    assert bound is not None and largest <= bound
    assert unknown is None  # multipliers that are not a file's: nothing is known


def test_the_bound_is_near() -> None:
    """Eight passes with a gain of 4: half a unit each, enlarged by it; one difference comes half as near."""
    many = [apart(seed, 8, 6, 4) for seed in range(20)]
    assert any(bound is not None and bound / 2 < largest for largest, bound, _ in many)
    assert {apart(seed, 1, 6, 0.1)[1] for seed in range(5)} == {1}
