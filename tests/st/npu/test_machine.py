# SPDX-License-Identifier: Apache-2.0
"""Programs run to registers: own epochs of every unit, route and stream form come back as they were made."""

from __future__ import annotations

import pytest

from ingot.base.errors import IngotError
from ingot.st.npu.container import Blob, read_blob, write_blob
from ingot.st.npu.envelope import refuse_strangers, strangers
from ingot.st.npu.instructions import Instruction, assemble, decode
from ingot.st.npu.machine import HardwareEpoch, Machine
from ingot.st.npu.program import blob_of_epochs
from ingot.st.npu.registers import FIELDS, Unit
from ingot.st.npu.routes import links_of
from ingot.st.npu.streams import streams_of
from support.npu_build import FLASH, RAM, conv_epoch, copy_epoch, epoch, raster_stream, raw_stream, registers

VECTOR = {"CNT1": 1, "CNT2": 1, "CNT3": 1, "COEFFA": 1, "COEFFB": 1, "COEFFC": 1, "TRANSLATEADDR": 1}


def vector_epoch(channels: int) -> HardwareEpoch:
    """An ARITH with a coefficient a channel."""
    memory = [word for channel in range(channels) for word in (channel << 16 | 3 * channel, channel)]
    return epoch(
        3,
        {
            "STRENG0": raw_stream(RAM, channels),
            "ARITH3": registers("ARITH", memory, COMBINEBC=1, RSTCNT1=channels - 1, **VECTOR),
            "STRENG9": raster_stream(RAM + 0x1000, (1, 1, channels), channels, channels, DIR=1),
        },
        [("STRENG0", "ARITH3.0"), ("ARITH3", "STRENG9")],
    )


def chain_epoch() -> HardwareEpoch:
    """Two CONVACCs on one kernel stream, one feeds the other's accumulator; an ARITH takes every second frame."""
    conv = {
        "KW": 1,
        "KH": 1,
        "BTCDEPTH": 24,
        "NR": 16,
        "W": 96,
        "H": 4,
        "RCROP": 95,
        "BCROP": 3,
        "DEEPMODE": 1,
        "KSETEN": 3,
    }
    feature = {"RAW_OUT": 1, "LIMIT": 2}
    return epoch(
        7,
        {
            "STRENG2": raster_stream(RAM, (4, 4, 8), 48, 192, 3, **feature),
            "STRENG3": raster_stream(RAM + 24, (4, 4, 8), 48, 192, 3, **feature),
            "STRENG6": raw_stream(FLASH, 512, 3, CONT=1, CACHEABLE=1, SINGLE=1),
            "CONVACC1": registers(
                "CONVACC", **conv, FBYTES=3, OBYTES=3, RAW=1, KTOT=32, KFIRST=0, KLAST=15, FUNSIGNED=1
            ),
            "CONVACC2": registers(
                "CONVACC", **conv, FBYTES=3, NOSUM=0, NO1SUM=0, OUTSHIFT=5, KTOT=32, KFIRST=16, KLAST=31, FUNSIGNED=1
            ),
            "ARITH0": registers("ARITH", A=100, RES=9),
            "STRENG1": raw_stream(RAM + 0x4000, 256, DIR=1, FRMTRG_EN=0),
        },
        [
            ("STRENG2", "CONVACC1.0"),
            ("STRENG6", "CONVACC1.1"),
            ("STRENG3", "CONVACC2.0"),
            ("STRENG6", "CONVACC2.1"),
            ("CONVACC1", "CONVACC2.2"),
            ("CONVACC2", "ARITH0.0/1/1"),
            ("ARITH0", "STRENG1"),
        ],
    )


def pool_epoch() -> HardwareEpoch:
    """A maximum of 2x2 and a threshold behind it; both results are written, the first also as it is."""
    return epoch(
        9,
        {
            "STRENG4": raster_stream(RAM, (8, 8, 4), 8, 64, LSBMODE=1, SIGNEXT=1, LIMIT=2, FRAME_RPT=2, FOFFSET=4),
            "POOL1": registers("POOL", WINX=2, WINY=2, STRDX=2, STRDY=2, BSIZE=4, X=32, Y=8, RCROP=31, BCROP=7),
            "ACTIV0": registers("ACTIV", TYPE=2, PARAM=0xFF80, PARAM2=0xFF80),
            "STRENG5": raster_stream(RAM + 0x2000, (4, 4, 4), 8, 32, DIR=1, LIMIT=2, FRAME_RPT=2, FOFFSET=4),
            "STRENG8": raw_stream(RAM + 0x3000, 64, DIR=1),
        },
        [("STRENG4", "POOL1"), ("POOL1", "ACTIV0"), ("ACTIV0", "STRENG5"), ("POOL1", "STRENG8/1")],
    )


def add_epoch() -> HardwareEpoch:
    """The sum of two tensors, then a table of 32 pieces."""
    return epoch(
        12,
        {
            "STRENG0": raw_stream(RAM, 64, LSBMODE=1, SIGNEXT=1),
            "STRENG7": raw_stream(RAM + 64, 64, LSBMODE=1, SIGNEXT=1),
            "ARITH2": registers("ARITH", DUALIN=1, A=3, B=5, CC=7, AX=1, BY=2, C=4, RES=6),
            "ACTIV1": registers("ACTIV", [0x40 | at for at in range(32)], TYPE=3, FUNC=8, BWIDTH=2, OUTSHIFT=15),
            "STRENG3": raw_stream(RAM + 0x100, 64, DIR=1),
        },
        [("STRENG0", "ARITH2.0"), ("STRENG7", "ARITH2.1"), ("ARITH2", "ACTIV1"), ("ACTIV1", "STRENG3")],
    )


def loop_epoch() -> HardwareEpoch:
    """Partial sums of 16 bits in memory, read again when they were written."""
    sums = {"AFILTMODE": 3, "ATOT": 2, "AFIRST": 1, "ALAST": 1, "NOSUM": 0, "INSHIFT": 2, "OUTSHIFT": 2}
    return epoch(
        15,
        {
            "STRENG0": raw_stream(RAM, 64, LIMIT=2, FOFFSET=64),
            "STRENG5": raw_stream(FLASH, 64, CONT=1, CACHEABLE=1),
            "STRENG6": raw_stream(RAM + 0x800, 64, 2, LIMIT=2, LSBMODE=1, SIGNEXT=1, FRMTRG_EN=1, FRMTRG_SRC=1),
            "CONVACC3": registers(
                "CONVACC", KW=1, KH=1, BTCDEPTH=4, NR=4, W=16, H=4, RCROP=15, BCROP=3, DSS2MODE=0, FSTAT=0, **sums
            ),
            "STRENG1": raw_stream(RAM + 0x800, 64, 2, DIR=1, LIMIT=2),
        },
        [("STRENG0", "CONVACC3.0"), ("STRENG5", "CONVACC3.1"), ("STRENG6", "CONVACC3.2"), ("CONVACC3", "STRENG1")],
    )


EPOCHS = {
    "copy": copy_epoch(1, RAM, RAM + 0x100, 64),
    "conv": conv_epoch(2, RAM, FLASH, RAM + 0x400, kernel=(3, 3), sets=2),
    "vector": vector_epoch(24),
    "vector-512": vector_epoch(512),
    "chain": chain_epoch(),
    "pool": pool_epoch(),
    "add": add_epoch(),
    "loop": loop_epoch(),
}


@pytest.mark.parametrize("made", EPOCHS.values(), ids=EPOCHS)
def test_an_epoch_comes_back_as_it_was_assembled(made: HardwareEpoch) -> None:
    blob = read_blob(write_blob(blob_of_epochs([made])), "b")
    assert Machine().run(blob, made.source) == [made]
    refuse_strangers(made)
    assert {str(link.port) for link in links_of(made)} == {str(port) for port in made.switch}
    assert len(streams_of(made)) == sum(unit.kind == "STRENG" for unit in made.units)


def test_epochs_of_one_blob_do_not_touch_each_other() -> None:
    made = list(EPOCHS.values())
    assert Machine().run(blob_of_epochs(made), "_ec_blob_1") == made


def test_a_relocated_address_has_the_name_of_its_base() -> None:
    stream = raw_stream(0x40, 64)
    labelled = epoch(
        1,
        {
            "STRENG0": type(stream)(stream.words, {2: "_user_io_input_0", 14: "_user_io_input_0"}),
            "STRENG1": raw_stream(RAM, 64, DIR=1),
        },
        [("STRENG0", "STRENG1")],
    )
    for magic in (0xECBF0020, 0xECBF0030, 0xECBF0050):
        blob = read_blob(write_blob(blob_of_epochs([labelled], magic)), "b")
        (found,) = Machine().run(blob, "_ec_blob_1")
        assert found == labelled
        assert streams_of(found)[0].label == "_user_io_input_0"


def test_a_relocation_of_a_constant_is_refused() -> None:
    stream = raw_stream(RAM, 64)
    wrong = epoch(
        1,
        {"STRENG0": type(stream)(stream.words, {3: "pool"}), "STRENG1": raw_stream(RAM, 64, DIR=1)},
        [("STRENG0", "STRENG1")],
    )
    (found,) = Machine().run(blob_of_epochs([wrong], 0xECBF0050), "_ec_blob_1")
    with pytest.raises(IngotError, match=r"a relocation hits STRENG0\.3, which is no address"):
        streams_of(found)


def test_a_relocation_of_an_instruction_is_refused() -> None:
    blob = blob_of_epochs([EPOCHS["copy"]])
    with pytest.raises(IngotError, match="a relocation hits word 0, an instruction"):
        Machine().run(Blob(blob.words, {"pool": (0,)}, 0xECBF0050), "b")


def _changed(old: Instruction, new: list[Instruction]) -> Blob:
    program = [item for _, item in decode(blob_of_epochs([EPOCHS["copy"]]).words, "b")]
    at = program.index(old)
    return Blob(tuple(assemble([*program[:at], *new, *program[at + 1 :]])))


WAIT = Instruction("poll", Unit("STRENG", 1).number, 0, 31, 31, data=(100, 0))


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (WAIT, [], "nothing waits for them"),
        (WAIT, [WAIT, WAIT], "waits twice"),
        (WAIT, [Instruction("poll", 8, 0, 31, 31, data=(100, 0))], "waits for a unit that writes nothing"),
        (WAIT, [Instruction("poll", 6, 0, 31, 31, data=(99, 0))], "waits for something that no build waits for"),
        (WAIT, [Instruction("poll", 6, 0, 31, 31, data=(100, 1))], "waits for something that no build waits for"),
        (Instruction("end"), [], "does not end with `end 0`"),
        (Instruction("label", value=1), [Instruction("end"), Instruction("label", value=1)], "in the middle"),
        (Instruction("label", value=1), [Instruction("write", 1, 4, data=(1,))], "reaches a unit that no build uses"),
        (Instruction("label", value=1), [Instruction("write", 40, 4, data=(1,))], "reaches a unit that no build uses"),
        (Instruction("label", value=1), [Instruction("write", 5, 4, 7, 0, data=(1,))], "a part of a word"),
        (Instruction("label", value=1), [Instruction("fill", 5, 0x3FF, data=(1, 2))], "leaves the unit"),
    ],
)
def test_what_no_program_does_is_refused(old: Instruction, new: list[Instruction], what: str) -> None:
    with pytest.raises(IngotError) as error:
        Machine().run(_changed(old, new), "b")
    assert what in str(error.value)


def test_a_wait_for_only_one_of_two_outputs_is_refused() -> None:
    program = [item for _, item in decode(blob_of_epochs([EPOCHS["pool"]]).words, "b")]
    kept = [item for item in program if item != Instruction("poll", 13, 0, 31, 31, data=(100, 0))]
    with pytest.raises(IngotError, match="does not wait for STRENG8"):
        Machine().run(Blob(tuple(assemble(kept))), "b")


def _with(made: HardwareEpoch, unit: Unit, name: str, value: int) -> HardwareEpoch:
    field = FIELDS[unit.kind][name]
    words = dict(made.units[unit].words)
    words[field.word] = words[field.word] & ~field.mask | field.put(value)
    units = dict(made.units) | {unit: type(made.units[unit])(words)}
    return HardwareEpoch(made.number, made.source, units, made.switch, made.outputs)


LIMITED = [
    (made, unit, name)
    for made in (EPOCHS["conv"], EPOCHS["vector"], EPOCHS["pool"])
    for unit in list(made.units)[:3]
    for name, field in FIELDS[unit.kind].items()
    if field.seen is not None and len(field.seen) <= field.mask >> field.lsb and name != "EN"
]


@pytest.mark.parametrize(("made", "unit", "name"), LIMITED, ids=[f"{unit}.{name}" for _, unit, name in LIMITED])
def test_every_field_with_a_value_of_no_build_is_refused_by_name(made: HardwareEpoch, unit: Unit, name: str) -> None:
    field = FIELDS[unit.kind][name]
    assert field.seen is not None
    value = min(set(range(field.mask >> field.lsb if field.msb - field.lsb < 12 else 50)) - field.seen, default=None)
    if value is None:
        value = field.mask >> field.lsb
    changed = _with(made, unit, name, value)
    (found,) = strangers(changed)
    assert (found.unit, found.field, found.value) == (unit, name, value)
    with pytest.raises(IngotError, match=rf"{unit} {name} is {value:#x}"):
        refuse_strangers(changed)


def test_bits_without_a_name_are_refused() -> None:
    made = EPOCHS["copy"]
    unit = Unit("STRENG", 0)
    words = dict(made.units[unit].words) | {16: 4}
    changed = HardwareEpoch(1, "b", dict(made.units) | {unit: type(made.units[unit])(words)}, made.switch, made.outputs)
    with pytest.raises(IngotError, match="STRENG0 word 16, bits without a name is 0x4"):
        refuse_strangers(changed)


def test_units_that_no_build_uses_are_refused() -> None:
    decun = Unit("DECUN", 0)
    made = EPOCHS["copy"]
    units = dict(made.units) | {decun: type(made.units[Unit("STRENG", 0)])({0: 1})}
    with pytest.raises(IngotError, match="DECUN0 EN is 0x1"):
        refuse_strangers(HardwareEpoch(1, "b", units, made.switch, made.outputs))
