# SPDX-License-Identifier: Apache-2.0
"""Forms of epochs that no other test has: every unit of a kind, relocations, floors and wraps, loops of chains.

test_every_form.py names a form that no test simulates.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ingot.base.errors import IngotError
from ingot.st.npu.container import CONTAINERS, read_blob, write_blob
from ingot.st.npu.instructions import Instruction, assemble, decode
from ingot.st.npu.machine import HardwareEpoch, Machine, Registers
from ingot.st.npu.memory import Region
from ingot.st.npu.program import blob_of_epochs
from ingot.st.npu.registers import Unit
from ingot.st.npu.sim.epoch import run_epoch
from ingot.st.npu.sim.store import Store
from support.npu_build import FLASH, RAM, copy_epoch, epoch, raster_stream, raw_stream, registers
from support.npu_loops import Array, by_loops, convacc, held, shifted
from support.npu_memory import memory, read, run

OUT = RAM + 0x8000
CHANCE = np.random.default_rng(18)


def wrapped(values: Array, size: int = 1) -> Array:
    """The lowest bytes."""
    half = 1 << (8 * size - 1)
    return (values + half) % (2 * half) - half


def through(name: str, made: Registers, size: int, out: int, element: int = 1, number: int = 0) -> HardwareEpoch:
    """An epoch of one unit between two streams."""
    reader, writer = f"STRENG{number}", f"STRENG{(number + 1) % 10}"
    units = {reader: raw_stream(RAM, size), name: made, writer: raw_stream(OUT, out, element, DIR=1)}
    return epoch(1, units, [(reader, f"{name}.0"), (name, writer)])


@pytest.mark.parametrize("number", range(10))
def test_every_unit_of_a_kind(number: int) -> None:
    """A copy by each stream and each ARITH, each ACTIV and POOL; a product sum by each CONVACC."""
    x = CHANCE.integers(-128, 128, 64).astype(np.int8)
    copy = registers("ARITH", A=1, XFBYTES=1, XFOBYTES=1)
    largest = registers("POOL", WINX=1, WINY=1, BSIZE=4, X=16, Y=4, RCROP=15, BCROP=3)
    whole = registers("ACTIV", TYPE=2, PARAM=-129, PARAM2=0)
    for name, unit in ((f"ARITH{number % 4}", copy), (f"POOL{number % 2}", largest), (f"ACTIV{number % 2}", whole)):
        store = memory({RAM: x})
        run(through(name, unit, 64, 64, number=number), store)
        assert np.array_equal(read(store, OUT, (64,)), x)
    kernels = CHANCE.integers(-128, 128, (4, 1, 1, 4)).astype(np.int8)
    sums = f"CONVACC{number % 4}"
    names = [f"STRENG{(number + step) % 10}" for step in range(3)]
    units = {
        names[0]: raw_stream(RAM, 64),
        names[1]: raw_stream(FLASH, 16, CONT=1, CACHEABLE=1, ALLOC=1, SINGLE=1),
        sums: convacc(4, 4, 4, 4, 1, 1),
        names[2]: raw_stream(OUT, 64, 2, DIR=1),
    }
    store = memory({RAM: x, FLASH: kernels})
    run(epoch(1, units, [(names[0], f"{sums}.0"), (names[1], f"{sums}.1"), (sums, names[2])]), store)
    expected = held(by_loops(x.reshape(4, 4, 4), kernels.astype(np.int64)))
    assert np.array_equal(read(store, OUT, (4, 4, 4), "i2"), expected)


@pytest.mark.parametrize("magic", CONTAINERS)
def test_relocated_addresses(magic: int) -> None:
    """Streams of a pool whose base is not known yet, in every container."""
    made = copy_epoch(1, 0x40, 0x100, 16)
    units = {
        unit: Registers(found.words, {2: "pool", 14: "pool"}) if unit.kind == "STRENG" else found
        for unit, found in made.units.items()
    }
    blob = read_blob(write_blob(blob_of_epochs([replace(made, units=units)], magic)), "blob")
    (decoded,) = Machine().run(blob, "_ec_blob_1")
    store = Store((Region("pool", 0, 1 << 12, ("ram",), True),))
    store.put("pool", 0x40, bytes(range(16)), "test")
    run_epoch(decoded, store)
    assert store.view("pool", 0x100, 16, "test").tobytes() == bytes(range(16))


def test_a_burst_to_one_register() -> None:
    """The last of its words stays."""
    made = copy_epoch(1, RAM, OUT, 16)
    blob = blob_of_epochs([made])
    unit, limit = Unit("STRENG", 0), 13
    program = [item for _, item in decode(blob.words, "blob")]
    at = next(place for place, item in enumerate(program) if item.name == "fill" and item.unit == unit.number)
    program.insert(at + 1, Instruction("burst", unit.number, limit, data=(7, 1)))
    changed = read_blob(write_blob(replace(blob, words=tuple(assemble(program)))), "blob")
    store = memory({RAM: np.arange(16, dtype=np.int8)})
    (decoded,) = Machine().run(changed, "_ec_blob_1")
    assert decoded.units[unit][limit] == 1
    run_epoch(decoded, store)
    assert read(store, OUT, (16,)).tolist() == list(range(16))


def test_pads_on_all_sides_and_bytes_that_wrap() -> None:
    """Two rows and columns of padding; the floor of a shift, and its lowest byte."""
    x = CHANCE.integers(-128, 128, (4, 5, 3)).astype(np.int8)
    kernels = CHANCE.integers(-128, 128, (4, 3, 3, 3)).astype(np.int8)
    pads = {f"{side}PAD": 2 for side in "LRTB"}
    unit = convacc(4, 5, 3, 4, 3, 3, ROUND=0, SAT=0, OBYTES=1, OUTSHIFT=4, **pads)
    padded = np.pad(x, ((2, 2), (2, 2), (0, 0)))
    expected = wrapped(by_loops(padded, kernels.astype(np.int64)) >> 4)
    units = {
        "STRENG0": raw_stream(RAM, x.size),
        "STRENG1": raw_stream(FLASH, kernels.size, CONT=1, CACHEABLE=1),
        "CONVACC0": unit,
        "STRENG2": raw_stream(OUT, expected.size, DIR=1),
    }
    store = memory({RAM: x, FLASH: kernels})
    run(epoch(1, units, [("STRENG0", "CONVACC0.0"), ("STRENG1", "CONVACC0.1"), ("CONVACC0", "STRENG2")]), store)
    assert np.array_equal(read(store, OUT, expected.shape), expected)


def test_a_function_and_an_average_without_rounding() -> None:
    """Floors and wraps of ACTIV and POOL; a POOL without crop, line by line."""
    x = CHANCE.integers(-128, 128, 64).astype(np.int8)
    store = memory({RAM: x})
    run(through("ACTIV0", registers("ACTIV", TYPE=2, PARAM=-9, PARAM2=300, ROUND=0, SAT=0, OUTSHIFT=1), 64, 64), store)
    assert np.array_equal(read(store, OUT, (64,)), wrapped(np.where(x > -9, x.astype(np.int64), 300) >> 1))
    unit = registers(
        "POOL", TYPE=2, WINX=2, WINY=2, BSIZE=4, X=16, Y=4, MULVAL=3, OUTSHIFT=1, ROUND=0, SAT=0, CROPEN=0, DUALLINE=0
    )
    run(through("POOL0", unit, 64, 36), store)
    frame = x.reshape(4, 4, 4).astype(np.int64)
    sums = frame[:-1, :-1] + frame[1:, :-1] + frame[:-1, 1:] + frame[1:, 1:]
    assert np.array_equal(read(store, OUT, (3, 3, 4)), wrapped(3 * sums >> 1))


@pytest.mark.parametrize("frames", [1, 2])
def test_rasters_that_are_written(frames: int) -> None:
    """One frame, and frames a step apart."""
    x = CHANCE.integers(0, 256, (frames, 2, 3, 2)).astype(np.uint8)
    target = raster_stream(OUT, (2, 3, 2), 4, 16, DIR=1, LIMIT=frames, FOFFSET=2 if frames > 1 else 0)
    store = memory({RAM: x})
    run(epoch(1, {"STRENG0": raw_stream(RAM, x.size), "STRENG1": target}, [("STRENG0", "STRENG1")]), store)
    found = read(store, OUT, (2, 16), "u1")[:, :12].reshape(2, 3, 4)
    for frame in range(frames):
        assert np.array_equal(found[..., 2 * frame : 2 * frame + 2], x[frame])


def test_frames_in_turn_that_are_written() -> None:
    """FRAME_RPT of a stream that writes runs of bytes."""
    x = np.arange(16).astype(np.uint8)
    target = raw_stream(OUT, 4, DIR=1, LIMIT=4, FOFFSET=8, FRAME_RPT=2, FRPTOFF=4, limit=64)
    store = memory({RAM: x})
    run(epoch(1, {"STRENG0": raw_stream(RAM, 16), "STRENG1": target}, [("STRENG0", "STRENG1")]), store)
    assert read(store, OUT, (16,), "u1").tolist() == [0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15]


def test_a_chain_that_loops() -> None:
    """GEN1SUM: the head of a chain adds what the last unit made of the frame before."""
    passes, shift = 3, 3
    x = CHANCE.integers(-128, 128, (passes, 2, 2, 8)).astype(np.int8)
    kernels = CHANCE.integers(-128, 128, (passes, 4, 1, 1, 8)).astype(np.int8)
    sets = np.stack([kernels[..., :4], kernels[..., 4:]], axis=1)
    chain = {"NOSUM": 0, "KTOT": 8}
    loop = {"AFILTMODE": 3, "ATOT": passes, "AFIRST": 1, "ALAST": passes - 1, "GEN1SUM": 1, "INSHIFT": shift}
    head = convacc(2, 2, 4, 4, 1, 1, KFIRST=0, KLAST=3, OBYTES=3, RAW=1, NO1SUM=0, **chain, **loop)
    last = convacc(2, 2, 4, 4, 1, 1, KFIRST=4, KLAST=7, NO1SUM=0, OUTSHIFT=shift, **chain)
    units = {
        "STRENG0": raster_stream(RAM, (2, 2, 4), 8, 16, LIMIT=passes, FOFFSET=32),
        "STRENG1": raster_stream(RAM + 4, (2, 2, 4), 8, 16, LIMIT=passes, FOFFSET=32),
        "STRENG5": raw_stream(FLASH, sets.size, CONT=1, CACHEABLE=1),
        "CONVACC0": head,
        "CONVACC1": last,
        "ARITH0": registers("ARITH", A=1, OBYTES=2),
        "STRENG2": raw_stream(OUT, 16, 2, DIR=1),
    }
    links = [
        ("STRENG0", "CONVACC0.0"), ("STRENG5", "CONVACC0.1"), ("STRENG1", "CONVACC1.0"), ("STRENG5", "CONVACC1.1"),
        ("CONVACC1", "CONVACC0.2"), ("CONVACC0", "CONVACC1.2"), ("CONVACC1", "ARITH0.0/2/1"), ("ARITH0", "STRENG2"),
    ]  # fmt: skip
    store = memory({RAM: x, FLASH: sets})
    run(epoch(1, units, links), store)
    sums = np.zeros((2, 2, 4), np.int64)
    for number in range(passes):
        sums = held(shifted(by_loops(x[number], kernels[number].astype(np.int64)) + (sums << shift), shift))
    assert np.array_equal(read(store, OUT, sums.shape, "i2"), sums)


def test_what_public_builds_have_and_nobody_has_verified() -> None:
    """Values that are read without a word, and not simulated."""
    unit = registers("ACTIV", TYPE=2, SIGNEDOP=0)
    with pytest.raises(IngotError, match="ACTIV0 has SIGNEDOP 0"):
        run(through("ACTIV0", unit, 8, 8), memory({}))
