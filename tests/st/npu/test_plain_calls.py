# SPDX-License-Identifier: Apache-2.0
"""LL_ATON calls of a network.c without blobs become the registers that a blob would set."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.st.npu.build import Build, read_build
from ingot.st.npu.machine import HardwareEpoch
from ingot.st.npu.proof import prove
from ingot.st.npu.registers import FIELDS, Unit
from ingot.st.npu.streams import streams_of
from support.npu_build import FLASH, RAM, Buffer, epoch, network_c, raster_stream, raw_stream, registers

ROUNDING = {
    "rounding_f": 0,
    "saturation_f": 0,
    "round_mode_f": 0,
    "shift_f": 0,
    "rounding_o": 1,
    "saturation_o": 1,
    "round_mode_o": 1,
    "relu_mode_o": 0,
}
CONV = ROUNDING | {
    "simd": 1,
    "fsub": 3,
    "accumulate": 0,
    "f_unsigned": 1,
    "k_unsigned": 0,
    "deepmode": 0,
    "dss2mode": 0,
    "kseten": 0,
    "zfbias": 0,
    "inbytes_f": 1,
    "shift_a": 2,
    "outbytes_o": 2,
    "shift_o": 2,
    "raw_o": 0,
    "fWidth": 8,
    "fHeight": 6,
    "kernelWidth": 3,
    "kernelHeight": 3,
    "nKernels": 4,
    "batchDepth": 2,
    "hstride": 1,
    "vstride": 2,
    "left_padding": 1,
    "right_padding": 3,
    "top_padding": 0,
    "bot_padding": 1,
    "left_crop": 0,
    "right_crop": 7,
    "top_crop": 1,
    "bot_crop": 5,
}
ARITH = {
    **{f"{name}_{side}": 0 for side in "xy" for name in ("rounding", "saturation", "round_mode", "shift")},
    **{f"{name}_{side}": 2 for side in "xy" for name in ("inbytes", "outbytes")},
    "combinebc": 1,
    "clipout": 0,
    "rounding_o": 1,
    "saturation_o": 1,
    "round_mode_o": 1,
    "relu_mode_o": 0,
    "outbytes_o": 1,
    "shift_o": 20,
    "scalar": 0,
    "dualinput": 0,
    "operation": "ARITH_AFFINE",
    "bcast": "ARITH_BCAST_CHAN",
    "Ax_shift": 0,
    "By_shift": 0,
    "C_shift": 0,
    "fWidth": 8,
    "fHeight": 3,
    "fChannels": 4,
    "batchDepth": 4,
    "clipmin": 0,
    "clipmax": 0,
    "A_scalar": 18122,
    "B_scalar": 0,
    "C_scalar": "(short)36000",
    "A_vector": "{0}",
    "B_vector": "{0}",
    "C_vector": f"{{((unsigned char *)(ATON_LIB_PHYSICAL_TO_VIRTUAL_ADDR({FLASH:#x}UL + 128))) /* hex */}}",
    "vec_precision": "{16, 16, 32}",
}
POOL = ROUNDING | {
    "operation": "POOL_MAX",
    "avgnopad": 0,
    "inputX": 4,
    "inputY": 6,
    "outputX": 2,
    "outputY": 3,
    "poolWinX": 2,
    "poolWinY": 2,
    "strideX": 2,
    "strideY": 2,
    **{f"{side}{what}": 0 for side in ("top", "left") for what in ("Crop", "Pad")},
    **{f"{side}Pad": 0 for side in ("bottom", "right")},
    "bottomCrop": 5,
    "rightCrop": 3,
    "batchSize": 2,
    "dualLine": 1,
    "inbytes_f": 1,
    "outbytes_f": 1,
    "outbytes_o": 1,
    "shift_o": 0,
    "mulval": 0,
    "pad_val_en": 0,
    "pad_val": 0,
}


def stream(writes: int, base: int, start: int, **members: object) -> dict[str, object]:
    return {
        "dir": writes,
        "noblk": 0,
        "align_right": 0,
        "nbits_unsigned": 0,
        "addr_base": f"{{(unsigned char *)({base:#x}UL) /* Equivalent hex address */}}",
        "offset_start": start,
        "frame_count": 0,
        "frame_tot_cnt": 1,
        "nbits_in": 8,
        "nbits_out": 8,
    } | members


STREAMS = {
    0: stream(0, RAM, 0, raw=1, offset_end=96, offset_limit=160, frame_loop_cnt=1),
    5: stream(0, FLASH, 0, raw=1, continuous=1, cacheable=1, offset_end=72, offset_limit=136),
    6: stream(
        1,
        RAM,
        0x1000,
        offset_limit=4300,
        fwidth=10,
        fheight=2,
        batch_depth=4,
        batch_offset=4,
        frame_offset=1,
        frame_loop_cnt=2,
        loop_offset=96,
    ),
}
STRUCTURES: dict[str, tuple[str, dict[str, object]]] = {
    "c0": ("LL_Convacc_", CONV),
    "a1": ("LL_Arithacc_", ARITH),
    "s0": ("LL_Streng_Tensor", STREAMS[0]),
    "s5": ("LL_Streng_Tensor", STREAMS[5]),
    "s6": ("LL_Streng_Tensor", STREAMS[6]),
}
CALLS = (
    "LL_Convacc_Init(0, &c0);",
    "LL_Arithacc_Init(1, &a1);",
    "LL_Streng_TensorInit(0, &s0, 1);",
    "LL_Streng_TensorInit(5, &s5, 1);",
    "LL_Streng_TensorInit(6, &s6, 1);",
)
LINKS = (("CONVACC, 0, 0", "STRENG, 0, 0"), ("CONVACC, 0, 1", "STRENG, 5, 0"), ("ARITH, 1, 0", "CONVACC, 0, 0"))
UNITS = ("STRENG, 6", "CONVACC, 0", "ARITH, 1", "STRENG, 0", "STRENG, 5")


def function(
    structures: dict[str, tuple[str, dict[str, object]]],
    calls: tuple[str, ...],
    links: tuple[tuple[str, str], ...],
    units: tuple[str, ...],
) -> str:
    """A function of an epoch, in the form of ST's generator."""
    lines = ["static void LL_ATON_Start_EpochBlock_2(const void *epoch_block)", "{"]
    for name, (kind, members) in structures.items():
        lines += [f"  static const {kind}InitTypeDef {name} = {{"]
        lines += ["    /* a comment */", *(f"    .{key} = {value}," for key, value in members.items()), "  };"]
    lines += [f"  {call}" for call in calls]
    lines += ["  static const LL_Switch_InitTypeDef links[] = {"]
    lines += [
        f"    {{ LL_Switch_Init_Dest() = ATONN_DSTPORT(STRSWITCH, 0, {end}), LL_Switch_Init_Source(0) = "
        f"ATONN_SRCPORT(STRSWITCH, 0, {start}), LL_Switch_Init_Context(0) = 1, LL_Switch_Init_Frames(0) = 0, }},"
        for end, start in links
    ]
    lines += ["  };", "  LL_Switch_Init(links, 9);", "  static const LL_ATON_EnableUnits_InitTypeDef units[] = {"]
    lines += [f"    {{ {{{unit}}} }}, /* unit */" for unit in units]
    lines += ["  };", "  LL_ATON_EnableUnits_Init(units, 9);", "}", ""]
    return "\n".join(lines)


def read(folder: Path, text: str, **options: bool) -> Build:
    buffers = [
        Buffer("Input_0", "input", RAM, 96, 0),
        Buffer("w", "input", FLASH, 72, 0, True),
        Buffer("out", "output", RAM + 0x1000, 80, 2),
    ]
    (folder / "network.c").write_text(network_c([], buffers, text))
    content = bytes(128) + b"".join((n * 65536 + 7).to_bytes(4, "little", signed=True) for n in (-3, 0, 1, 2))
    (folder / "network_atonbuf.xSPI2.raw").write_bytes(content)
    return read_build(folder, **options)


def epoch_of(folder: Path, text: str) -> HardwareEpoch:
    (found,) = read(folder, text).epochs
    return found


def whole(**changes: dict[str, object]) -> str:
    structures = {name: (kind, members | changes.get(name, {})) for name, (kind, members) in STRUCTURES.items()}
    return function(structures, CALLS, (*LINKS, ("STRENG, 6, 0", "ARITH, 1, 0")), UNITS)


def test_an_epoch_of_calls_has_the_registers_of_a_blob(tmp_path: Path) -> None:
    memory = [word for high in (-3, 0, 1, 2) for word in (18122 | (high & 0xFFFF) << 16, 7)]
    vector = {name: 1 for name in ("CNT1", "CNT2", "CNT3", "COEFFA", "COEFFB", "COEFFC", "TRANSLATEADDR")}
    counters = {"RSTCNT1": 3, "RSTCNT2": 95, "RSTCNT3": 95, "OFFSET1": 509, "OFFSET2": 1, "OFFSET3": 509}
    expected = epoch(
        2,
        {
            "STRENG0": raw_stream(RAM, 96, SINGLE=1, FRAME_RPT=1, LIMITADDR=RAM + 159),
            "STRENG5": raw_stream(FLASH, 72, CONT=1, CACHEABLE=1, SINGLE=1),
            "STRENG6": raster_stream(
                RAM + 0x1000,
                (2, 10, 4),
                4,
                40,
                DIR=1,
                SINGLE=1,
                FOFFSET=1,
                FRAME_RPT=2,
                FRPTOFF=96,
                LIMITADDR=RAM + 4299,
            ),
            "CONVACC0": registers(
                "CONVACC",
                FSUB=3,
                FUNSIGNED=1,
                KW=3,
                KH=3,
                BTCDEPTH=2,
                NR=4,
                LPAD=1,
                RPAD=2,
                BPAD=1,
                ZRIGHT=2,
                VSTRD=2,
                INSHIFT=2,
                OUTSHIFT=2,
                W=16,
                H=6,
                RCROP=15,
                TCROP=1,
                BCROP=5,
            ),
            "ARITH1": registers(
                "ARITH",
                memory,
                A=18122,
                CC=36000 - 65536,
                RES=20,
                COMBINEBC=1,
                INCOFFSET=1,
                **vector,
                **counters,
            ),
        },
        [("STRENG0", "CONVACC0.0"), ("STRENG5", "CONVACC0.1"), ("CONVACC0", "ARITH1.0"), ("ARITH1", "STRENG6")],
        "LL_ATON_Start_EpochBlock_2",
    )
    found = epoch_of(tmp_path, whole())
    for name, unit in expected.units.items():
        assert {word: value for word, value in found.units[name].words.items() if value} == {
            word: value for word, value in unit.words.items() if value
        }, str(name)
    assert (found.switch, found.outputs, found.number) == (expected.switch, expected.outputs, 2)
    assert prove(read(tmp_path, whole())).holds


def test_a_pool_of_calls(tmp_path: Path) -> None:
    structures = {
        "p0": ("LL_Poolacc_", dict(POOL)),
        "s0": ("LL_Streng_Tensor", stream(0, RAM, 0, raw=1, offset_end=48, offset_limit=112)),
        "s6": ("LL_Streng_Tensor", stream(1, RAM, 0x1000, raw=1, offset_end=0x1000 + 12, offset_limit=4400)),
    }
    calls = ("LL_Poolacc_Init(1, &p0);", "LL_Streng_TensorInit(0, &s0, 1);", "LL_Streng_TensorInit(6, &s6, 1);")
    links = (("POOL, 1, 0", "STRENG, 0, 0"), ("STRENG, 6, 0", "POOL, 1, 0"))
    found = epoch_of(tmp_path, function(structures, calls, links, ("STRENG, 6", "POOL, 1", "STRENG, 0")))
    fields = {name: field.get(found.units[Unit("POOL", 1)][field.word]) for name, field in FIELDS["POOL"].items()}
    assert (fields["TYPE"], fields["WINX"], fields["STRDY"], fields["BSIZE"]) == (0, 2, 2, 2)
    assert (fields["X"], fields["Y"], fields["RCROP"], fields["BCROP"]) == (8, 6, 7, 5)
    assert [item.frame_elements for item in streams_of(found)] == [48, 12]


DAMAGE = [
    ({"c0": {"simd": "9x"}}, "c0 has .simd = 9x"),
    ({"c0": {"brand_new": 1}}, "c0 has .brand_new = 1"),
    ({"c0": {"shift_f": 4}}, "c0 has .shift_f = 4"),
    ({"c0": {"nKernels": 300}}, "c0: 300 does not fit NR"),
    ({"c0": {"k_unsigned": 1}}, "CONVACC0 KUNSIGNED is 0x1"),
    ({"a1": {"bcast": "ARITH_BCAST_WIDTH"}}, "a1 has .bcast = ARITH_BCAST_WIDTH"),
    ({"a1": {"operation": "ARITH_XOR"}}, "a1 has .operation = ARITH_XOR"),
    ({"a1": {"C_vector": "{other}"}}, "a1 has .C_vector = {other}"),
    ({"a1": {"vec_precision": "{4, 4, 4}"}}, "a1 has .vec_precision = {4, 4, 4}"),
    ({"s0": {"nbits_in": 4}}, "s0 has .nbits_in = 4"),
    ({"s0": {"align_right": 1, "nbits_unsigned": 1}}, "s0 has .align_right = 1 beside .nbits_unsigned = 1"),
    ({"s0": {"noblk": 1}}, "s0 has .noblk = 1"),
    ({"s0": {"frame_count": 2}}, "s0 has .frame_count = 2"),
]


@pytest.mark.parametrize(("changes", "what"), DAMAGE, ids=[what for _, what in DAMAGE])
def test_what_no_build_has_is_refused_by_name(changes: dict[str, dict[str, object]], what: str, tmp_path: Path) -> None:
    with pytest.raises(IngotError) as error:
        read(tmp_path, whole(**changes))
    assert what in str(error.value)
    assert "LL_ATON_Start_EpochBlock_2" in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("LL_Convacc_Init(0, &c0);", "LL_Convacc_Init(7, &c0);", "there is no CONVACC 7"),
        ("LL_Convacc_Init(0, &c0);", "LL_Convacc_Init(0, &none);", "names no structure"),
        ("LL_Convacc_Init(0, &c0);", "", "CONVACC0 is enabled and never set up"),
        ("LL_Arithacc_Init(1, &a1);", "LL_Activacc_Init(1, &a1);", "it calls LL_Activacc_Init"),
        ("LL_Switch_Init(links, 9);", "LL_Switch_Init(none, 9);", "there is no none"),
        ("STRSWITCH, 0, STRENG, 0, 0", "STRSWITCH, 0, MAGIC, 0, 0", "there is no MAGIC 0"),
        ("LL_Switch_Init_Context(0) = 1", "LL_Switch_Init_Context(0) = 7", "does not fit"),
    ],
)
def test_calls_that_no_build_has_are_refused(old: str, new: str, what: str, tmp_path: Path) -> None:
    text = whole()
    assert old in text
    with pytest.raises(IngotError, match=r"network\.c, LL_ATON_Start_EpochBlock_2") as error:
        read(tmp_path, text.replace(old, new))
    assert what in str(error.value)
