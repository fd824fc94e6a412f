# SPDX-License-Identifier: Apache-2.0
"""The bound out of the registers holds for what the simulator makes, and is near what can be reached."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.st.npu.judge.bounds import Error, rounding_bound, rounding_errors
from ingot.st.npu.judge.carried import Carried
from ingot.st.npu.machine import HardwareEpoch, Registers
from ingot.st.npu.registers import Unit
from ingot.st.npu.sim.frames import Frames
from ingot.st.npu.sim.store import read_stream
from ingot.st.npu.streams import Stream, stream_of
from ingot.st.prebuilt.network_c import SourceBuffer
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
    assert unknown is not None and largest <= unknown  # numbers of a stream that is no file's: as large as they can be


def test_the_bound_is_near() -> None:
    """Eight passes with a gain of 4: half a unit each, enlarged by it; one difference comes half as near."""
    many = [apart(seed, 8, 6, 4) for seed in range(20)]
    assert any(bound is not None and bound / 2 < largest for largest, bound, _ in many)
    assert {apart(seed, 1, 6, 0.1)[1] for seed in range(5)} == {1}


# ---- several layers


def chained(weights: Array, byte: bool) -> HardwareEpoch:
    """Two 1x1 convolutions, (layer, outputs, inputs); between them bytes, or 16-bit numbers."""
    size = PIXELS * CHANNELS
    units: dict[str, Any] = {"STRENG0": raw_stream(RAM, size)}
    links = []
    for layer, source in enumerate(("STRENG0", "ARITH0")):
        conv, arith, kernels = f"CONVACC{layer}", f"ARITH{layer}", f"STRENG{5 + layer}"
        units[kernels] = raw_stream(FLASH + layer * weights[0].size, weights[0].size, CONT=1, CACHEABLE=1)
        units[conv] = registers(
            "CONVACC", KW=1, KH=1, BTCDEPTH=CHANNELS, NR=CHANNELS, W=size, H=1, RCROP=size - 1, OUTSHIFT=2,
            FBYTES=1 if layer == 0 or byte else 2,
        )  # fmt: skip
        words = [word for channel in range(CHANNELS) for word in (GAINS[layer][channel], 0)]
        steps = {"RSTCNT1": CHANNELS - 1, "RSTCNT2": size - 1, "RSTCNT3": size - 1, "INCOFFSET": 1}
        steps |= {"OFFSET1": 1 - CHANNELS, "OFFSET2": 1 - CHANNELS, "OFFSET3": 1 - CHANNELS, "TRANSLATEADDR": 1}
        out = 1 if layer == 1 or byte else 2
        units[arith] = registers("ARITH", words, CNT1=1, CNT2=1, CNT3=1, COEFFA=1, RES=16, OBYTES=out, **steps)
        links += [(source, f"{conv}.0"), (kernels, f"{conv}.1"), (conv, f"{arith}.0")]
    units["STRENG2"] = raw_stream(OUT, size, DIR=1)
    built: HardwareEpoch = epoch(1, units, [*links, ("ARITH1", "STRENG2")])
    return built


#: Multipliers of 2^16, a channel each; the last channel of the second layer enlarges much.
GAINS = ((700, 900, 400, 1100), (500, 300, 600, 9000))


def constants_of(store: Any) -> Any:
    return lambda stream: read_stream(store, stream, "test") if stream.address >= FLASH else None


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10000))
def test_a_rounding_goes_through_the_weights_of_the_next_layer(seed: int) -> None:
    """A number a channel: what the model rounds in between, too, is inside."""
    chance = np.random.default_rng(seed)
    x = chance.integers(-128, 128, (PIXELS, CHANNELS)).astype(np.int8)
    weights = chance.integers(-128, 128, (2, CHANNELS, CHANNELS)).astype(np.int8)
    store = memory({RAM: x, FLASH: weights})
    built = chained(weights, byte=True)
    run(built, store)
    model = x.astype(np.float64)
    for layer in range(2):
        sums = model @ weights[layer].astype(np.float64).T
        model = np.clip(np.rint(sums / 4 * np.array(GAINS[layer]) / 65536), -128, 127)
    apart = np.abs(read(store, OUT, (PIXELS, CHANNELS)) - model).max(axis=0)
    (error,) = rounding_errors(built, constants_of(store)).values()
    assert error is not None
    limits = error.limits(2, None)
    assert limits is not None and limits.shape == (CHANNELS,) and (apart <= limits).all()
    assert limits[3] > limits[:3].max()
    assert rounding_errors(built) == {Unit("STRENG", 2): None}  # kernels that no file has


def test_a_number_of_the_model_that_no_unit_makes() -> None:
    """Sixteen bits in between, where the model has bytes: no bound, but with what the model's graph says of it."""
    weights = np.ones((2, CHANNELS, CHANNELS), np.int8)
    store = memory({FLASH: weights})
    (error,) = rounding_errors(chained(weights, byte=False), constants_of(store)).values()
    assert error is not None and len(error.rounded) == 1
    assert error.limits(2, None) is None
    assert error.limits(1, None) is not None
    more, less = error.limits(2, 4.0), error.limits(2, 0.0)
    assert more is not None and less is not None and np.array_equal(more, less + 4)


def one_unit(name: str, unit: Any, before: float) -> float:
    """The error behind a unit of bytes whose input may be off."""
    units = {"STRENG0": raw_stream(RAM, 64), name: unit, "STRENG2": raw_stream(OUT, 64, DIR=1)}
    built = epoch(1, units, [("STRENG0", f"{name}.0"), (name, "STRENG2")])
    (error,) = rounding_errors(built, before=lambda stream: Error(np.array([before]))).values()
    assert error is not None
    return error.largest


def test_functions_and_pools() -> None:
    """A threshold and the largest hand an error on; an average rounds; a table enlarges it by its steepest step."""
    assert one_unit("ACTIV0", registers("ACTIV", TYPE=2, PARAM=-5, PARAM2=-5), 2.0) == 2
    assert one_unit("ACTIV0", registers("ACTIV", TYPE=2, PARAM=-5, PARAM2=3), 2.0) == 10
    largest = registers("POOL", WINX=2, WINY=2, BSIZE=4, X=16, Y=4, RCROP=15, BCROP=3)
    assert one_unit("POOL0", largest, 2.0) == 2
    mean = registers("POOL", TYPE=2, WINX=2, WINY=2, BSIZE=4, X=16, Y=4, MULVAL=16384, OUTSHIFT=16)
    assert one_unit("POOL0", mean, 2.0) == 3
    line = {0x100 + place: 0 for place in range(32)} | {0x200: 40 << 16, 0x201: 0}  # 40 * x, shifted by 3
    table = registers("ACTIV", TYPE=3, FUNC=8, BWIDTH=2, OUTSHIFT=3)
    assert one_unit("ACTIV0", Registers({**table.words, **line}), 2.0) == 2 * 5 + 1


def off_by(carried: Carried, stream: Stream) -> float | None:
    found = carried.of(stream)
    return None if found is None else found.largest


def test_what_is_not_replaced_carries_its_error() -> None:
    """Through memory: until it is overwritten, or the model's tensor stands there."""
    source, target = Unit("STRENG", 0), Unit("STRENG", 1)
    made = epoch(1, {"STRENG0": raw_stream(RAM, 64), "STRENG1": raw_stream(OUT, 64, DIR=1)}, [("STRENG0", "STRENG1")])
    reader = stream_of(source, raw_stream(OUT + 32, 16), "test")
    off = Error(np.array([3.0]), frozenset({(1, target)}))
    carried = Carried()
    assert off_by(carried, reader) == 0
    carried.written(made, {target: off}, [])
    found = carried.of(reader)
    assert found is not None and (found.largest, found.rounded) == (3, off.rounded)
    other = epoch(2, {"STRENG0": raw_stream(RAM, 16), "STRENG1": raw_stream(OUT + 32, 16, DIR=1)}, [])
    carried.written(other, {target: None}, [])
    assert carried.of(reader) is None
    assert off_by(carried, stream_of(source, raw_stream(OUT, 32), "test")) == 3
    buffer = SourceBuffer("b", "internal", OUT, "", 0, 64, False, False, 3, (64,), "int8", (0.5,), (0,))
    carried.made_by_cpu([buffer], [buffer])
    assert off_by(carried, reader) == 0
    known = carried.at(buffer)
    assert known is not None and known.largest == 0
