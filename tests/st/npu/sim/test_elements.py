# SPDX-License-Identifier: Apache-2.0
"""ARITH against a loop over elements, ACTIV and POOL against plain formulas, streams element by element."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.st.npu.machine import Registers
from support.npu_build import RAM, epoch, raster_stream, raw_stream, registers
from support.npu_memory import memory, read, run

OUT, SECOND = RAM + 0x8000, RAM + 0x4000


def arith(count: int, element: int, unit: Any, out: int, dual: bool = False, frames: int = 1) -> Any:
    """An epoch with one ARITH."""
    step = count * element
    units = {
        "STRENG0": raw_stream(RAM, count, element, LIMIT=frames, FOFFSET=step),
        "ARITH0": unit,
        "STRENG2": raw_stream(OUT, count, out, DIR=1, LIMIT=frames, FOFFSET=count * out),
    }
    links = [("STRENG0", "ARITH0.0"), ("ARITH0", "STRENG2")]
    if dual:
        units["STRENG1"] = raw_stream(SECOND, count, element, LIMIT=frames, FOFFSET=step)
        links.append(("STRENG1", "ARITH0.1"))
    return epoch(1, units, links)


def shifted(value: int, shift: int) -> int:
    """Rounded, halves away from zero."""
    half = (1 << shift) >> 1
    return -((-value + half) >> shift) if value < 0 else (value + half) >> shift


def held(value: int, size: int) -> int:
    """Inside so many bytes."""
    top = 1 << (8 * size - 1)
    return max(-top, min(top - 1, value))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_coefficients_a_channel(data: st.DataObject) -> None:
    """Counters of any sizes, nested as compilers make them or not, against a loop that steps an address."""
    draw = data.draw
    count = draw(st.integers(4, 60))
    sizes = [draw(st.integers(1, 20)) for _ in range(3)]
    if draw(st.booleans()):  # as compilers make them
        channels, pixels, sets = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
        sizes = [channels, channels * pixels, channels * pixels * sets]
        offsets = [-(channels - 1), 1, -(channels * sets - 1)]
        count = sizes[2] * draw(st.integers(1, 2))
    else:
        offsets = [draw(st.integers(-20, 20)) for _ in range(3)]
    first = draw(st.integers(0, 3))
    chance = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    a, b, c = (chance.integers(-32768, 32768, 512) for _ in range(3))
    ax, plus_shift, res = draw(st.integers(0, 3)), draw(st.integers(0, 4)), draw(st.integers(0, 16))
    combined = draw(st.booleans())
    words = np.zeros(768, np.int64)
    words[0::2], words[1::2] = (a[:384] & 0xFFFF) | (b[:384] & 0xFFFF) << 16, c[:384] & 0xFFFF
    unit = registers(
        "ARITH", [int(word) for word in words], CNT1=1, CNT2=1, CNT3=1, COEFFA=1, COEFFB=1, COEFFC=1,
        COMBINEBC=combined,
        RSTCNT1=sizes[0] - 1, RSTCNT2=sizes[1] - 1, RSTCNT3=sizes[2] - 1, INCOFFSET=1, OFFSET1=offsets[0],
        OFFSET2=offsets[1], OFFSET3=offsets[2], COEFFADDR=first, TRANSLATEADDR=1, AX=ax,
        C=0 if combined else plus_shift,
        RES=res, OBYTES=2, XFBYTES=2,
    )  # fmt: skip
    x = chance.integers(-32768, 32768, count).astype("<i2")
    store = memory({RAM: x})
    run(arith(count, 2, unit, 2), store)
    at, expected = first, []
    for number in range(1, count + 1):
        one = [int(table[at]) if at < 384 else 0 for table in (a, b, c)]
        both = ((one[1] & 0xFFFF) << 16 | one[2] & 0xFFFF) if combined else one[2] << plus_shift
        both = (both ^ 1 << 31) - (1 << 31) if combined else both
        expected.append(held(shifted((one[0] * int(x[number - 1]) >> ax) + both, res), 2))
        steps = [offset for size, offset in zip(sizes, offsets, strict=True) if number % size == 0]
        at = (at + (steps[-1] if steps else 1)) % 512
    assert list(read(store, OUT, (count,), "i2")) == expected


def test_two_inputs() -> None:
    """a*x + b*y + c, each with its shift."""
    x, y = np.arange(-40, 40, 5).astype(np.int8), np.arange(80, 0, -5).astype(np.int8)
    unit = registers(
        "ARITH", A=1234, B=-777, CC=99, AX=2, BY=3, C=4, RES=5, DUALIN=1, XFBYTES=1, XFOBYTES=1, YFBYTES=1, YFOBYTES=1
    )
    store = memory({RAM: x, SECOND: y})
    run(arith(16, 1, unit, 1, dual=True), store)
    expected = [
        held(shifted((1234 * int(p) >> 2) + (-777 * int(q) >> 3) + (99 << 4), 5), 1) for p, q in zip(x, y, strict=True)
    ]
    assert list(read(store, OUT, (16,))) == expected


def test_a_product_and_a_clip() -> None:
    x, y = np.arange(-8, 8).astype(np.int8), np.arange(16).astype(np.int8)
    narrow = {"XFBYTES": 1, "XFOBYTES": 1, "YFBYTES": 1, "YFOBYTES": 1}
    store = memory({RAM: x, SECOND: y})
    run(arith(16, 1, registers("ARITH", OP=7, DUALIN=1, RES=2, OBYTES=2, **narrow), 2, dual=True), store)
    assert list(read(store, OUT, (16,), "i2")) == [shifted(int(p) * int(q), 2) for p, q in zip(x, y, strict=True)]
    run(arith(16, 1, registers("ARITH", OP=0x37, A=5, CC=-3, **narrow), 1), store)
    assert list(read(store, OUT, (16,))) == [max(-3, min(5, int(value))) for value in x]
    run(arith(16, 1, registers("ARITH", A=1, CLIPOUT=1, CLIPMAX=4, CLIPMIN=-4, **narrow), 1), store)
    assert list(read(store, OUT, (16,))) == [max(-4, min(4, int(value))) for value in x]


def test_a_zero_point_is_moved_by_wrapping() -> None:
    """The idiom of all builds: int8 with zero point -128 to uint8 with zero point 0."""
    x = np.arange(-128, 128).astype(np.int8)
    unit = registers("ARITH", A=16384, B=0x20, RES=14, COMBINEBC=1, ROUND=0, SAT=0, XFBYTES=1, XFOBYTES=1)
    store = memory({RAM: x})
    run(arith(256, 1, unit, 1), store)
    assert list(read(store, OUT, (256,), "u1")) == list(range(256))


@pytest.mark.parametrize(
    ("ties", "expected"), [("away", [-2, -1, 1, 2]), ("up", [-1, 0, 1, 2]), ("even", [-2, 0, 0, 2])]
)
def test_ties_are_a_switch(ties: Any, expected: list[int]) -> None:
    from ingot.st.npu.sim.epoch import Settings

    x = np.array([-3, -1, 1, 3], np.int8)
    store = memory({RAM: x})
    run(arith(4, 1, registers("ARITH", A=1, RES=1, XFBYTES=1, XFOBYTES=1), 1), store, Settings(ties))
    assert list(read(store, OUT, (4,))) == expected


def test_inputs_of_different_length_are_refused() -> None:
    units = {
        "STRENG0": raw_stream(RAM, 8),
        "STRENG1": raw_stream(SECOND, 4),
        "ARITH0": registers("ARITH", A=1, DUALIN=1),
        "STRENG2": raw_stream(OUT, 8, DIR=1),
    }
    built = epoch(1, units, [("STRENG0", "ARITH0.0"), ("STRENG1", "ARITH0.1"), ("ARITH0", "STRENG2")])
    with pytest.raises(IngotError, match="ARITH0 gets 8 elements for x, 4 for y"):
        run(built, memory({}))


def test_coefficients_that_are_not_there_are_refused() -> None:
    unit = registers("ARITH", COEFFA=1, CNT1=1, OBYTES=2)
    with pytest.raises(IngotError, match="the coefficients of ARITH0 are not there") as error:
        run(arith(4, 2, unit, 2), memory({}))
    assert error.value.remedy == "Give the file with the build's weights (--weights FILE)."


# ---- ACTIV, POOL


def one_unit(name: str, unit: Any, size: int, out: int, element: int = 1) -> Any:
    """An epoch with one unit of bytes."""
    units = {"STRENG0": raw_stream(RAM, size), name: unit, "STRENG2": raw_stream(OUT, out, element, DIR=1)}
    return epoch(1, units, [("STRENG0", f"{name}.0"), (name, "STRENG2")])


def test_a_function_by_pieces() -> None:
    """Four words of the first table, eight pieces each; a parabola a piece."""
    chance = np.random.default_rng(3)
    terms = chance.integers(-200, 200, (32, 3))
    tables = {0x100 + outer: outer * 8 | 3 << 6 for outer in range(4)}
    for piece, (a, b, c) in enumerate(terms.tolist()):
        tables |= {0x200 + 2 * piece: a & 0xFFFF | (b & 0xFFFF) << 16, 0x201 + 2 * piece: c & 0xFFFF}
    unit = registers("ACTIV", TYPE=3, FUNC=8, BWIDTH=2, BSHIFT=2, CSHIFT=7, OUTSHIFT=10, PARAM=0x7F80)
    x = np.arange(-128, 128).astype(np.int8)
    store = memory({RAM: x})
    run(one_unit("ACTIV0", Registers({**unit.words, **tables}), 256, 256), store)
    expected = []
    for value in range(-128, 128):
        a, b, c = (int(term) for term in terms[(value + 128) // 8])
        expected.append(held(shifted(a * value * value + (b << 2) * value + (c << 7), 10), 1))
    assert list(read(store, OUT, (256,))) == expected


def test_a_threshold() -> None:
    x = np.arange(-128, 128).astype(np.int8)
    store = memory({RAM: x})
    run(one_unit("ACTIV1", registers("ACTIV", TYPE=2, PARAM=-20, PARAM2=-33), 256, 256), store)
    assert list(read(store, OUT, (256,))) == [value if value > -20 else -33 for value in range(-128, 128)]


@pytest.mark.parametrize("kind", [0, 2])
def test_windows(kind: int) -> None:
    """The largest, and the average, of 3x2 windows with strides, behind a crop."""
    chance = np.random.default_rng(kind)
    x = chance.integers(-128, 128, (7, 6, 4)).astype(np.int8)
    unit = registers(
        "POOL", TYPE=kind, WINX=2, WINY=3, STRDX=2, STRDY=1, BSIZE=4, X=24, Y=7, TCROP=1, BCROP=5, LCROP=4, RCROP=19,
        MULVAL=round(65536 / 6) if kind else 0, OUTSHIFT=16 if kind else 0,
    )  # fmt: skip
    inner = x[1:6, 1:5].astype(np.int64)
    expected = []
    for y in range(3):
        for column in (0, 2):
            window = inner[y : y + 3, column : column + 2]
            sums = window.sum(axis=(0, 1))
            expected.append(
                window.max(axis=(0, 1)).tolist()
                if kind == 0
                else [held(shifted(int(total) * round(65536 / 6), 16), 1) for total in sums]
            )
    store = memory({RAM: x})
    run(one_unit("POOL0", unit, x.size, 24), store)
    assert read(store, OUT, (6, 4)).tolist() == expected


def test_the_average_of_a_frame() -> None:
    x = np.random.default_rng(9).integers(-128, 128, (5, 5, 8)).astype(np.int8)
    unit = registers(
        "POOL", TYPE=10, BSIZE=8, X=40, Y=5, RCROP=39, BCROP=4, MULVAL=round(2**18 / 25), OUTSHIFT=10, OBYTES=2
    )
    store = memory({RAM: x})
    run(one_unit("POOL1", unit, 200, 8, 2), store)
    sums = x.astype(np.int64).sum(axis=(0, 1))
    assert list(read(store, OUT, (8,), "i2")) == [shifted(int(total) * round(2**18 / 25), 10) for total in sums]


# ---- streams


def test_rasters_turn_layouts() -> None:
    """HWC with 6 channels to three planes of 2 channels, and back through frames with a repeat."""
    x = np.random.default_rng(1).integers(0, 256, (3, 4, 6)).astype(np.uint8)
    there = epoch(
        1,
        {
            "STRENG0": raster_stream(RAM, (3, 4, 2), 6, 24, LIMIT=3, FOFFSET=2),
            "STRENG1": raw_stream(OUT, 72, DIR=1),
        },
        [("STRENG0", "STRENG1")],
    )
    store = memory({RAM: x})
    run(there, store)
    planes = read(store, OUT, (3, 3, 4, 2), "u1")
    assert np.array_equal(planes, x.reshape(3, 4, 3, 2).transpose(2, 0, 1, 3))
    back = epoch(
        2,
        {
            "STRENG0": raw_stream(OUT, 24, LIMIT=3, FOFFSET=24),
            "STRENG1": raster_stream(SECOND, (3, 4, 2), 6, 24, DIR=1, LIMIT=3, FOFFSET=2, FRAME_RPT=3, FRPTOFF=72),
        },
        [("STRENG0", "STRENG1")],
    )
    run(back, store)
    assert np.array_equal(read(store, SECOND, (3, 4, 6), "u1"), x)


def test_frames_that_come_again() -> None:
    """FRAME_RPT: two frames in turn, moved by FRPTOFF after each turn."""
    x = np.arange(64).astype(np.uint8)
    units = {
        "STRENG0": raw_stream(RAM, 4, LIMIT=6, FOFFSET=8, FRAME_RPT=2, FRPTOFF=16, limit=200),
        "STRENG1": raw_stream(OUT, 24, DIR=1),
    }
    store = memory({RAM: x})
    run(epoch(1, units, [("STRENG0", "STRENG1")]), store)
    expected = [at + n for turn in range(3) for at in (16 * turn, 16 * turn + 8) for n in range(4)]
    assert list(read(store, OUT, (24,), "u1")) == expected


def test_the_last_frame_at_a_place_stays() -> None:
    x = np.arange(16).astype(np.uint8)
    units = {"STRENG0": raw_stream(RAM, 16), "STRENG1": raw_stream(OUT, 4, DIR=1, LIMIT=4)}
    store = memory({RAM: x})
    run(epoch(1, units, [("STRENG0", "STRENG1")]), store)
    assert list(read(store, OUT, (8,), "u1")) == [12, 13, 14, 15, 0, 0, 0, 0]


def test_the_first_frames_only() -> None:
    """A switch that passes one frame of three to a unit, two of them dropped before."""
    x = np.arange(12).astype(np.int8)
    units = {
        "STRENG0": raw_stream(RAM, 4, LIMIT=3, FOFFSET=4),
        "ARITH0": registers("ARITH", A=1, XFBYTES=1, XFOBYTES=1),
        "ARITH1": registers("ARITH", A=2, XFBYTES=1, XFOBYTES=1),
        "STRENG1": raw_stream(OUT, 4, DIR=1),
        "STRENG2": raw_stream(SECOND, 4, DIR=1),
    }
    links = [
        ("STRENG0", "ARITH0.0/1"), ("STRENG0", "ARITH1.0/2/1"), ("ARITH0", "STRENG1"), ("ARITH1", "STRENG2"),
    ]  # fmt: skip
    store = memory({RAM: x})
    run(epoch(1, units, links), store)
    assert list(read(store, OUT, (4,))) == [0, 1, 2, 3]
    assert list(read(store, SECOND, (4,))) == [16, 18, 20, 22]
