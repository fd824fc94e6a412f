# SPDX-License-Identifier: Apache-2.0
"""CONVACC against loops: geometry, zero points, layouts of features and kernels, chains, partial sums."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.st.npu.kernels import pack_kernels
from support.npu_build import FLASH, RAM, epoch, raster_stream, raw_stream, registers
from support.npu_loops import by_loops, convacc, held, shifted
from support.npu_memory import memory, read, run

OUT = RAM + 0x40000


def conv(streams: Mapping[str, Any], unit: Any, size: int) -> Any:
    """An epoch of one CONVACC that writes 16-bit numbers."""
    return epoch(
        1,
        {**streams, "CONVACC0": unit, "STRENG2": raw_stream(OUT, size, 2, DIR=1)},
        [("STRENG0", "CONVACC0.0"), ("STRENG1", "CONVACC0.1"), ("CONVACC0", "STRENG2")],
    )


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_geometry(data: st.DataObject) -> None:
    draw = data.draw
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    depth, count = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    height, width = draw(st.integers(3, 7)), draw(st.integers(3, 7))
    down, across = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    top, left = draw(st.integers(0, 1)), draw(st.integers(0, 2))
    crop_left, crop_bottom = draw(st.integers(0, width - 3)), draw(st.integers(2, height - 1))
    frame_right, frame_top = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    unsigned, zero, shift = draw(st.booleans()), draw(st.integers(-128, 127)), draw(st.integers(0, 4))
    bias = draw(st.integers(-100, 100))
    chance = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    kernels = chance.integers(-128, 128, (count, rows, columns, depth))
    stored = chance.integers(0, 256, (height, width, depth)).astype(np.uint8)
    x = stored.astype(np.int64) if unsigned else stored.view(np.int8).astype(np.int64)
    inner = x[: crop_bottom + 1, crop_left:] - zero
    inner = np.pad(inner, ((frame_top, 0), (0, frame_right), (0, 0)), constant_values=bias)
    inner = np.pad(inner, ((top, 0), (left, 0), (0, 0)))
    expected = held(shifted(by_loops(inner, kernels, (down, across)), shift))
    unit = convacc(
        height, width, depth, count, rows, columns,
        FUNSIGNED=int(unsigned), FSUB=zero, OUTSHIFT=shift, VSTRD=down, HSTRD=across, TPAD=top, LPAD=left,
        LCROP=crop_left * depth, BCROP=crop_bottom, ZTOP=frame_top, ZRIGHT=frame_right * depth, ZFBIAS=bias,
    )  # fmt: skip
    store = memory({RAM: stored, FLASH: kernels.astype(np.int8)})
    streams = {
        "STRENG0": raw_stream(RAM, stored.size),
        "STRENG1": raw_stream(FLASH, kernels.size, CONT=1, CACHEABLE=1),
    }
    run(conv(streams, unit, expected.size), store)
    assert np.array_equal(read(store, OUT, expected.shape, "i2"), expected)


@pytest.mark.parametrize("depth", [4, 6, 7])
@pytest.mark.parametrize("raster", [False, True])
def test_deep_mode(depth: int, raster: bool) -> None:
    """24-bit elements: all bytes in a row, or each pixel on an element of its own."""
    chance = np.random.default_rng(depth)
    count = 10
    kernels = chance.integers(-128, 128, (2, count, 1, 1, depth)).astype(np.int8)
    x = chance.integers(0, 256, (3, 5, depth)).astype(np.uint8)
    padded = -(-depth // 3) * 3
    if raster:
        content = np.concatenate([x, chance.integers(0, 256, (3, 5, padded - depth)).astype(np.uint8)], axis=2)
        features = raster_stream(RAM, (3, 5, padded // 3), padded, 5 * padded, 3, LIMIT=2, FRAME_RPT=1, RAW_OUT=1)
    else:
        content = x
        features = raw_stream(RAM, -(-x.size // 3), 3, LIMIT=2, FRAME_RPT=1, RAW_OUT=1, limit=x.size + 64)
    packed = pack_kernels(kernels, deep=True)
    unit = convacc(
        3, 5, depth, count, 1, 1, FUNSIGNED=1, DEEPMODE=1, KSETEN=3, FBYTES=1 if raster else 3, OBYTES=3, RAW=1
    )
    store = memory({RAM: content, FLASH: np.frombuffer(packed, np.uint8)})
    sets = [by_loops(x, kernels[number].astype(np.int64)) for number in range(2)]
    expected = np.concatenate([part.reshape(-1) for part in sets])
    built = epoch(
        1,
        {
            "STRENG0": features,
            "STRENG1": raw_stream(FLASH, len(packed) // 3, 3, CONT=1, CACHEABLE=1),
            "CONVACC0": unit,
            "STRENG2": raw_stream(OUT, expected.size // 2, 3, DIR=1, LIMIT=2, FOFFSET=3 * expected.size // 2),
        },
        [("STRENG0", "CONVACC0.0"), ("STRENG1", "CONVACC0.1"), ("CONVACC0", "STRENG2")],
    )
    run(built, store)
    found = read(store, OUT, (expected.size, 3), "u1").astype(np.int64) @ np.array([1, 256, 65536])
    assert np.array_equal((found ^ 0x800000) - 0x800000, expected)


def test_two_channels_in_an_element() -> None:
    """DSS2MODE: 16-bit elements of two channels, a 3x3 kernel, stride 2."""
    chance = np.random.default_rng(5)
    x = chance.integers(0, 256, (5, 7, 4)).astype(np.uint8)
    kernels = np.zeros((4, 3, 3, 4), np.int8)
    for channel in range(4):
        kernels[channel, :, :, channel] = chance.integers(-128, 128, (3, 3))
    unit = convacc(5, 7, 4, 4, 3, 3, FUNSIGNED=1, DSS2MODE=1, KSETEN=3, VSTRD=2, HSTRD=2, ZLEFT=4, ZTOP=1, OUTSHIFT=3)
    expected = held(shifted(by_loops(np.pad(x, ((1, 0), (1, 0), (0, 0))), kernels, (2, 2)), 3))
    streams = {
        "STRENG0": raster_stream(RAM, (5, 7, 2), 4, 28, 2, RAW_OUT=1),
        "STRENG1": raw_stream(FLASH, kernels.size, CONT=1, CACHEABLE=1),
    }
    store = memory({RAM: x, FLASH: kernels})
    run(conv(streams, unit, expected.size), store)
    assert np.array_equal(read(store, OUT, expected.shape, "i2"), expected)


def test_a_chain_shares_a_stream_of_kernels() -> None:
    """Two units, each with half of the channels: exact 24 bits between them, rounded by the last."""
    chance = np.random.default_rng(7)
    x = chance.integers(-128, 128, (2, 3, 8)).astype(np.int8)
    kernels = chance.integers(-128, 128, (4, 1, 1, 8)).astype(np.int8)
    sets = np.stack([kernels[..., :4], kernels[..., 4:]])
    halves = {"OBYTES": 3, "RAW": 1}
    head = convacc(2, 3, 4, 4, 1, 1, KTOT=8, KFIRST=0, KLAST=3, **halves)
    last = convacc(2, 3, 4, 4, 1, 1, KTOT=8, KFIRST=4, KLAST=7, NOSUM=0, NO1SUM=0, OUTSHIFT=5)
    built = epoch(
        1,
        {
            "STRENG0": raster_stream(RAM, (2, 3, 4), 8, 24),
            "STRENG1": raster_stream(RAM + 4, (2, 3, 4), 8, 24),
            "STRENG5": raw_stream(FLASH, sets.size, CONT=1, CACHEABLE=1),
            "CONVACC0": head,
            "CONVACC1": last,
            "STRENG2": raw_stream(OUT, 24, 2, DIR=1),
        },
        [
            ("STRENG0", "CONVACC0.0"), ("STRENG5", "CONVACC0.1"), ("STRENG1", "CONVACC1.0"), ("STRENG5", "CONVACC1.1"),
            ("CONVACC0", "CONVACC1.2"), ("CONVACC1", "STRENG2"),
        ],
    )  # fmt: skip
    store = memory({RAM: x, FLASH: sets})
    run(built, store)
    expected = held(shifted(by_loops(x, kernels.astype(np.int64)), 5))
    assert np.array_equal(read(store, OUT, expected.shape, "i2"), expected)


@pytest.mark.parametrize("through", ["memory", "switch"])
def test_partial_sums(through: str) -> None:
    """Three passes over the channels, each rounded to 16 bits; the last of three frames is kept."""
    chance = np.random.default_rng(11)
    shift = 4
    x = chance.integers(-128, 128, (3, 2, 2, 4)).astype(np.int8)
    kernels = chance.integers(-128, 128, (3, 4, 1, 1, 4)).astype(np.int8)
    loop = {"NOSUM": 0, "AFILTMODE": 3, "ATOT": 3, "AFIRST": 1, "ALAST": 2, "INSHIFT": shift, "OUTSHIFT": shift}
    units: dict[str, Any] = {
        "STRENG0": raw_stream(RAM, 16, LIMIT=3, FOFFSET=16),
        "STRENG5": raw_stream(FLASH, kernels.size, CONT=1, CACHEABLE=1),
        "ARITH0": registers("ARITH", A=1, OBYTES=2),
        "STRENG2": raw_stream(OUT, 16, 2, DIR=1),
    }
    links = [
        ("STRENG0", "CONVACC0.0"), ("STRENG5", "CONVACC0.1"), ("CONVACC0", "ARITH0.0/2/1"), ("ARITH0", "STRENG2"),
    ]  # fmt: skip
    if through == "memory":
        units["STRENG3"] = raw_stream(RAM + 0x1000, 16, 2, DIR=1, LIMIT=3)
        units["STRENG4"] = raw_stream(RAM + 0x1000, 16, 2, LIMIT=3, LSBMODE=1, SIGNEXT=1, FRMTRG_EN=1, FRMTRG_SRC=3)
        links += [("CONVACC0", "STRENG3"), ("STRENG4", "CONVACC0.2")]
        units["CONVACC0"] = convacc(2, 2, 4, 4, 1, 1, **loop)
    else:
        links.append(("CONVACC0", "CONVACC0.2"))
        units["CONVACC0"] = convacc(2, 2, 4, 4, 1, 1, GEN1SUM=1, NO1SUM=0, **loop)
    store = memory({RAM: x, FLASH: kernels})
    run(epoch(1, units, links), store)
    sums = np.zeros((2, 2, 4), np.int64)
    for number in range(3):
        sums = held(shifted(by_loops(x[number], kernels[number].astype(np.int64)) + (sums << shift), shift))
    assert np.array_equal(read(store, OUT, sums.shape, "i2"), sums)


def test_a_frame_serves_two_sets() -> None:
    """FSTAT: each frame of features meets two sets of kernels."""
    chance = np.random.default_rng(13)
    x = chance.integers(-128, 128, (2, 2, 2, 3)).astype(np.int8)
    kernels = chance.integers(-128, 128, (4, 2, 1, 1, 3)).astype(np.int8)
    unit = convacc(2, 2, 3, 2, 1, 1, FSTAT=1, FSTATCNT=2)
    streams = {
        "STRENG0": raw_stream(RAM, 12, LIMIT=2, FOFFSET=12),
        "STRENG1": raw_stream(FLASH, kernels.size, CONT=1, CACHEABLE=1),
    }
    store = memory({RAM: x, FLASH: kernels})
    run(conv(streams, unit, 32), store)
    expected = np.stack([held(by_loops(x[n // 2], kernels[n].astype(np.int64))) for n in range(4)])
    assert np.array_equal(read(store, OUT, expected.shape, "i2"), expected)


def test_too_few_kernels_are_refused() -> None:
    streams = {"STRENG0": raw_stream(RAM, 12, LIMIT=2, FRAME_RPT=1), "STRENG1": raw_stream(FLASH, 6, CONT=1)}
    with pytest.raises(IngotError, match="CONVACC0 needs 2 sets of kernels, 1 come"):
        run(conv(streams, convacc(2, 2, 3, 2, 1, 1), 16), memory({}))


def test_sums_from_elsewhere_are_refused() -> None:
    """What a stream brings to the accumulator must be what the unit itself wrote."""
    unit = convacc(2, 2, 3, 2, 1, 1, NOSUM=0, AFILTMODE=3, ATOT=2, AFIRST=1, ALAST=1)
    built = epoch(
        1,
        {
            "STRENG0": raw_stream(RAM, 12), "STRENG1": raw_stream(FLASH, 6, CONT=1), "STRENG3": raw_stream(RAM, 8, 2),
            "CONVACC0": unit, "STRENG2": raw_stream(OUT, 8, 2, DIR=1),
        },
        [("STRENG0", "CONVACC0.0"), ("STRENG1", "CONVACC0.1"), ("STRENG3", "CONVACC0.2"), ("CONVACC0", "STRENG2")],
    )  # fmt: skip
    with pytest.raises(IngotError, match="CONVACC0 adds sums from STRENG3, which are not its own"):
        run(built, memory({}))


def test_saturations_are_counted_by_channel() -> None:
    """16-bit sums that are held, what they change behind them, and what would be without."""
    x = np.full((1, 2, 3), 127, np.int8)
    kernels = np.array([[127, 127, 127], [1, 1, 1]], np.int8).reshape(2, 1, 1, 3)
    built = epoch(
        1,
        {
            "STRENG0": raw_stream(RAM, 6),
            "STRENG1": raw_stream(FLASH, 6, CONT=1, CACHEABLE=1),
            "CONVACC0": convacc(1, 2, 3, 2, 1, 1),
            "ARITH0": registers("ARITH", A=1, RES=9, OBYTES=1),
            "STRENG2": raw_stream(OUT, 4, DIR=1),
        },
        [("STRENG0", "CONVACC0.0"), ("STRENG1", "CONVACC0.1"), ("CONVACC0", "ARITH0.0"), ("ARITH0", "STRENG2")],
    )
    store = memory({RAM: x, FLASH: kernels})
    result = run(built, store)
    assert list(read(store, OUT, (4,))) == [64, 1, 64, 1]  # (32767 + 256) >> 9
    (found,) = result.saturations
    assert (found.unit, found.count, found.of, found.channels) == ("CONVACC0", 2, 4, {0: 2})
    (effect,) = result.effects
    assert (effect.stream, effect.count, effect.largest) == ("STRENG2", 2, 95 - 64)  # 48387 would give 95
