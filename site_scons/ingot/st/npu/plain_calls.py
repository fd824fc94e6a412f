# SPDX-License-Identifier: Apache-2.0
"""Epochs of a network.c without blobs: its LL_ATON calls and init structures, as the registers that they set.

Rules that turn a structure into registers:

- CONVACC: padding fields take min(pad, 2, kernel - 1), the rest is ZFRAME; all of it in DEEPMODE, DSS2MODE or with a
  zfbias. Columns of crops and ZFRAME count elements (pixels times depth).
- ARITH: a vector sets all three counters and COEFFA, COEFFB, COEFFC; with one value a channel they count a batch, the
  frame of a batch, and all of it. The vectors lie bit-packed in memory; a combined BC is one 32-bit number.
- STRENG: a raw frame has (end - start) * 8 / bits elements; a line offset of 0 is width times pixel offset.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingot.base.errors import IngotError
from ingot.st.npu.machine import HardwareEpoch, snapshot
from ingot.st.npu.registers import CTRL, DESTINATION_WORDS, EN, FIELDS, LINK, MEMORY, Port, Unit, source_number

if TYPE_CHECKING:
    from ingot.st.npu.images import Image

REMEDY = "No public build has it: it is not guessed."
_FUNCTION = re.compile(r"^static void (LL_ATON_Start_EpochBlock_(\d+))\(const void \*\s*\w+\)\s*\{", re.MULTILINE)
_END = re.compile(r"^\}", re.MULTILINE)
_STRUCT = re.compile(r"static const (LL_\w+?)_?InitTypeDef (\w+) = \{(.*?)^  \};", re.DOTALL | re.MULTILINE)
_LIST = re.compile(r"static const (LL_\w+?)_?InitTypeDef (\w+)\[\] = \{(.*?)^  \};", re.DOTALL | re.MULTILINE)
_MEMBER = re.compile(r"^\s*\.(\w+)\s*=\s*([^\n]*?),?\s*(?:/\*[^\n]*)?$", re.MULTILINE)
_CALL = re.compile(
    r"^\s*(LL_(?:Convacc|Arithacc|Poolacc|Activacc|Streng|Switch|Dec|Recbuf)\w*)\(([^;\n]*)\);", re.MULTILINE
)
_ENABLE = re.compile(r"^\s*LL_ATON_EnableUnits_Init\((\w+)", re.MULTILINE)
_PORT = re.compile(r"ATONN_(?:DST|SRC)PORT\(STRSWITCH, 0, (\w+), (\d+), (\d+)\)")
_UNIT = re.compile(r"\{\s*\{\s*(\w+),\s*(\d+)\s*\}")
_ADDRESS = re.compile(r"0x([0-9a-fA-F]+)UL(?:\s*\+\s*(\d+))?")
_WORDS = {
    "ARITH_AFFINE": 0,
    "ARITH_MUL": 7,
    "ARITH_CLIP": 0x37,
    "POOL_MAX": 0,
    "POOL_AVG": 2,
    "POOL_GAVG": 10,
    "AFILT_MODE_FRAMEZERO": 3,
}


@dataclass
class _Structure:
    """The members of an init structure. Reading one takes it; what nobody took is unknown."""

    name: str
    members: dict[str, str]
    where: str
    left: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.left = set(self.members)

    def text(self, name: str) -> str:
        self.left.discard(name)
        return self.members.get(name, "0")

    def number(self, name: str, default: int = 0) -> int:
        if name not in self.members:
            return default
        text = self.text(name)
        plain = re.sub(r"^\((?:short|int|unsigned int)\)", "", text)
        if plain in _WORDS:
            return _WORDS[plain]
        try:
            return int(plain, 0)
        except ValueError:
            raise self.unknown(name, text) from None

    def only(self, **values: int) -> None:
        """Raises IngotError where a member has another value than public builds have."""
        for name, value in values.items():
            if self.number(name, value) != value:
                raise self.unknown(name, self.members[name])

    def address(self, name: str) -> int:
        """The address in a member; 0 for a null one."""
        text = self.text(name)
        found = _ADDRESS.search(text.split("/*")[0])
        if found is None:
            if text.strip("{} ") in ("0", "NULL"):
                return 0
            raise self.unknown(name, text)
        return int(found[1], 16) + int(found[2] or 0)

    def finish(self) -> None:
        """Raises IngotError for a member that nobody knows."""
        if self.left:
            name = min(self.left)
            raise self.unknown(name, self.members[name])

    def unknown(self, name: str, text: str) -> IngotError:
        return IngotError(f"{self.name} has .{name} = {text[:60]}", where=self.where, remedy=REMEDY)


def plain_epochs(text: str, images: Sequence[Image], where: str) -> list[HardwareEpoch]:
    """The epochs of a network.c. images: for the coefficients; those that no image has stay out of the registers.

    Raises IngotError for a member, a call or a value that no public build has.
    """
    epochs = []
    for function in _FUNCTION.finditer(text):
        end = _END.search(text, function.end())
        body = text[function.end() : end.start() if end else len(text)]
        epoch = _epoch(body, int(function[2]), images, f"{where}, {function[1]}")
        if epoch is not None:
            epochs.append(epoch)
    return epochs


def _epoch(body: str, number: int, images: Sequence[Image], where: str) -> HardwareEpoch | None:
    structures = {
        found[2]: _Structure(found[2], {name: value.strip() for name, value in _MEMBER.findall(found[3])}, where)
        for found in _STRUCT.finditer(body)
    }
    lists = {found[2]: found[3] for found in _LIST.finditer(body)}
    words: dict[Unit, dict[int, int]] = {}
    for call in _CALL.finditer(body):
        arguments = [part.strip() for part in call[2].split(",")]
        if call[1] == "LL_Switch_Init":
            if arguments[0] not in lists:
                raise IngotError(f"there is no {arguments[0]}", where=where, remedy=REMEDY)
            words[Unit("STRSWITCH", 0)] = _switch(lists[arguments[0]], where)
        elif call[1] in _SETTERS:
            kind, setter = _SETTERS[call[1]]
            structure = structures.get(arguments[1].lstrip("&")) if len(arguments) > 1 else None
            if structure is None or not arguments[0].isdecimal():
                raise IngotError(f"{call[1]}({call[2]}) names no structure", where=where, remedy=REMEDY)
            unit = Unit(kind, int(arguments[0]))
            _known(unit, where)
            words[unit] = setter(structure, images)
            structure.finish()
        elif call[1] != "LL_Switch_Deinit":
            raise IngotError(f"it calls {call[1]}", where=where, remedy=REMEDY)
    enable = _ENABLE.search(body)
    if enable is None:
        if words:
            raise IngotError("units are set up and never enabled", where=where, remedy=REMEDY)
        return None
    for kind, index in _UNIT.findall(lists.get(enable[1], "")):
        unit = Unit(kind, int(index))
        _known(unit, where)
        if unit not in words:
            raise IngotError(f"{unit} is enabled and never set up", where=where, remedy=REMEDY)
        words[unit][CTRL] |= EN
    return snapshot(words, {}, number, where.rsplit(", ", 1)[-1])


def _known(unit: Unit, where: str) -> None:
    try:
        source_number(unit)
    except ValueError:
        raise IngotError(f"there is no {unit.kind} {unit.instance}", where=where, remedy=REMEDY) from None


def _switch(text: str, where: str) -> dict[int, int]:
    words: dict[int, int] = {}
    for line in text.splitlines():
        if "LL_Switch_Init_Dest" not in line:
            continue
        destination, *sources = [part for part in line.split("/*")[0].split("LL_Switch_Init_Source")]
        target = _port(destination, where)
        value = 0
        for part in sources:
            found = re.match(r"\((\d)\)", part)
            context = int(found[1]) if found else 9
            enabled = re.search(r"Context\(\d\) = (\d+)", part)
            frames = re.search(r"Frames\(\d\) = (\d+)", part)
            if context > 1 or enabled is None or frames is None:
                raise IngotError(f"a switch entry says {part.strip()[:60]}", where=where, remedy=REMEDY)
            try:
                source = source_number(_port(part, where).unit)
                value |= LINK[f"EN{context}"].put(int(enabled[1])) | LINK[f"LINK{context}"].put(source)
                value |= LINK[f"FNR{context}"].put(int(frames[1]))
            except ValueError as error:
                raise IngotError(f"a switch entry: {error}", where=where, remedy=REMEDY) from None
        if target not in DESTINATION_WORDS:
            raise IngotError(f"the switch has no {target}", where=where, remedy=REMEDY)
        words[DESTINATION_WORDS[target]] = value
    return words


def _port(text: str, where: str) -> Port:
    found = _PORT.search(text)
    if found is None:
        raise IngotError(f"a switch entry says {text.strip()[:60]}", where=where, remedy=REMEDY)
    unit = Unit(found[1], int(found[2]))
    _known(unit, where)
    return Port(unit, int(found[3]))


def _packed(kind: str, structure: _Structure, values: Mapping[str, int]) -> dict[int, int]:
    """The registers with these fields. Raises IngotError where a value does not fit its field."""
    words: dict[int, int] = {CTRL: 0}
    for name, value in values.items():
        known = FIELDS[kind][name]
        width = known.msb - known.lsb + 1
        if not -(1 << (width - 1)) <= value < 1 << width:
            raise IngotError(f"{structure.name}: {value} does not fit {name}", where=structure.where, remedy=REMEDY)
        words[known.word] = words.get(known.word, 0) | known.put(value & ((1 << width) - 1))
    return words


def _convacc(item: _Structure, images: Sequence[Image]) -> dict[int, int]:
    depth, width, height = item.number("batchDepth"), item.number("fWidth"), item.number("fHeight")
    kernel = {"h": item.number("kernelWidth"), "v": item.number("kernelHeight")}
    deep, dss2, bias = item.number("deepmode"), item.number("dss2mode"), item.number("zfbias")
    sides = {"L": ("left", "h"), "R": ("right", "h"), "T": ("top", "v"), "B": ("bot", "v")}
    pads: dict[str, int] = {}
    frame: dict[str, int] = {}
    for side, (name, axis) in sides.items():
        pad = item.number(f"{name}_padding")
        pads[side] = 0 if deep or dss2 or bias else min(pad, 2, kernel[axis] - 1)
        frame[side] = (pad - pads[side]) * (depth if axis == "h" else 1)
    item.only(rounding_f=0, saturation_f=0, shift_f=0, relu_mode_o=0)
    fstat = item.number("fstatcnt") if "fstatcnt" in item.members else 0
    return _packed(
        "CONVACC",
        item,
        {
            "NOSUM": 1 - item.number("accumulate"),
            "NO1SUM": 1 - item.number("accumulate_first"),
            "GEN1SUM": item.number("accumulate_gen_first"),
            "SIMD": item.number("simd"),
            "AFILTMODE": item.number("afilt_mode"),
            "FUNSIGNED": item.number("f_unsigned"),
            "KUNSIGNED": item.number("k_unsigned"),
            "KSETEN": item.number("kseten"),
            "FSTAT": int(fstat > 0),
            "DEEPMODE": deep,
            "DSS2MODE": dss2,
            "KW": kernel["h"],
            "KH": kernel["v"],
            "BTCDEPTH": depth,
            "NR": item.number("nKernels"),
            "LPAD": pads["L"],
            "RPAD": pads["R"],
            "TPAD": pads["T"],
            "BPAD": pads["B"],
            "HSTRD": item.number("hstride"),
            "VSTRD": item.number("vstride"),
            "FSTATCNT": fstat,
            "INSHIFT": item.number("shift_a"),
            "FRNDMODE": item.number("round_mode_f"),
            "OUTSHIFT": item.number("shift_o"),
            "ORNDMODE": item.number("round_mode_o"),
            "ROUND": item.number("rounding_o"),
            "SAT": item.number("saturation_o"),
            "RAW": item.number("raw_o"),
            "OBYTES": item.number("outbytes_o"),
            "FBYTES": item.number("inbytes_f"),
            "FSHIFT": 16,
            "W": width * depth,
            "H": height,
            "LCROP": item.number("left_crop") * depth,
            "RCROP": item.number("right_crop") * depth + depth - 1,
            "TCROP": item.number("top_crop"),
            "BCROP": item.number("bot_crop"),
            "KTOT": item.number("kfilt_tot", 1),
            "KFIRST": item.number("kfilt_first"),
            "KLAST": item.number("kfilt_last"),
            "ATOT": item.number("afilt_tot"),
            "AFIRST": item.number("afilt_first"),
            "ALAST": item.number("afilt_last"),
            "ZLEFT": frame["L"],
            "ZRIGHT": frame["R"],
            "ZTOP": frame["T"],
            "ZBOTTOM": frame["B"],
            "FSUB": item.number("fsub"),
            "ZFBIAS": bias,
        },
    )


def _arithacc(item: _Structure, images: Sequence[Image]) -> dict[int, int]:
    width, height = item.number("fWidth"), item.number("fHeight")
    channels, depth = item.number("fChannels"), item.number("batchDepth")
    vector = not item.number("scalar", 1)
    kind = item.text("bcast")
    if vector and kind != "ARITH_BCAST_CHAN":
        raise item.unknown("bcast", kind)
    if not vector and kind.removeprefix("ARITH_BCAST_") not in ("SCALAR", "NONE", "WIDTH", "HEIGHT"):
        raise item.unknown("bcast", kind)
    item.only(rounding_x=0, saturation_x=0, shift_x=0, rounding_y=0, saturation_y=0, shift_y=0, relu_mode_o=0)
    combined = item.number("combinebc")
    values = {
        **{name: int(vector) for name in ("CNT1", "CNT2", "CNT3", "COEFFA", "COEFFB", "COEFFC")},
        "ROUND": item.number("rounding_o"),
        "SAT": item.number("saturation_o"),
        "DUALIN": item.number("dualinput"),
        "OP": item.number("operation"),
        "ORNDMODE": item.number("round_mode_o"),
        "OBYTES": item.number("outbytes_o"),
        "COMBINEBC": combined,
        "CLIPOUT": item.number("clipout"),
        "AX": item.number("Ax_shift"),
        "BY": item.number("By_shift"),
        "C": item.number("C_shift"),
        "RES": item.number("shift_o"),
        "A": _short(item.number("A_scalar")),
        "B": _short(item.number("B_scalar")),
        "CC": _short(item.number("C_scalar")),
        "XFBYTES": item.number("inbytes_x"),
        "XFSHIFT": 16,
        "XFRND": item.number("round_mode_x"),
        "XFOBYTES": item.number("outbytes_x"),
        "YFBYTES": item.number("inbytes_y"),
        "YFSHIFT": 16,
        "YFRND": item.number("round_mode_y"),
        "YFOBYTES": item.number("outbytes_y"),
        "CLIPMAX": item.number("clipmax"),
        "CLIPMIN": item.number("clipmin"),
    }
    if vector:
        values |= {
            "RSTCNT1": depth - 1,
            "RSTCNT2": width * height * depth - 1,
            "RSTCNT3": width * height * channels - 1,
        }
        values |= {"OFFSET1": (1 - depth) % 512, "OFFSET2": 1, "OFFSET3": (1 - channels) % 512, "INCOFFSET": 1}
        values |= {"TRANSLATEADDR": 1}
    words = _packed("ARITH", item, values)
    precision = [int(number) for number in re.findall(r"\d+", item.text("vec_precision"))]
    places = [item.address(f"{name}_vector") for name in "ABC"]
    if vector:
        if len(precision) != 3 or any(bits not in (8, 16, 32) for bits in precision) or channels > 512:
            raise item.unknown("vec_precision", item.members.get("vec_precision", ""))
        vectors = [
            _vector(place, bits, channels, images) if place else (scalar,) * channels
            for place, bits, scalar in zip(places, precision, (values["A"], values["B"], values["CC"]), strict=True)
        ]
        words |= _coefficients(vectors, bool(combined and places[2]))
    elif any(places):
        raise item.unknown("A_vector", "an address beside scalar = 1")
    return words


def _short(value: int) -> int:
    """`(short)36000` as C has it."""
    return (value + 0x8000) % 0x10000 - 0x8000


def _vector(place: int, bits: int, count: int, images: Sequence[Image]) -> tuple[int, ...] | None:
    """Numbers that lie packed at an address; None where no image has them."""
    size = count * bits // 8
    for image in images:
        at = place - image.base
        if at >= 0 and at + size <= len(image.content):
            data = image.content[at : at + size]
            step = bits // 8
            return tuple(int.from_bytes(data[n : n + step], "little", signed=True) for n in range(0, size, step))
    return None


def _coefficients(vectors: Iterable[tuple[int, ...] | None], combined: bool) -> dict[int, int]:
    """The words of a coefficient memory; nothing where a vector's numbers are not there."""
    a, b, c = vectors
    if a is None or b is None or c is None:
        return {}
    words: dict[int, int] = {}
    for number, (first, second, third) in enumerate(zip(a, b, c, strict=True)):
        if combined:
            second, third = third >> 16, third & 0xFFFF
        words[MEMORY + 2 * number] = (first & 0xFFFF) | (second & 0xFFFF) << 16
        words[MEMORY + 2 * number + 1] = third & 0xFFFF
    return words


def _poolacc(item: _Structure, images: Sequence[Image]) -> dict[int, int]:
    depth = item.number("batchSize")
    item.only(avgnopad=0, shift_f=0, rounding_f=0, saturation_f=0, relu_mode_o=0, pad_val_en=0, pad_val=0)
    return _packed(
        "POOL",
        item,
        {
            "TYPE": item.number("operation"),
            "ROUND": item.number("rounding_o"),
            "SAT": item.number("saturation_o"),
            "OUTSHIFT": item.number("shift_o"),
            "DUALLINE": item.number("dualLine"),
            "CROPEN": 1,
            "FBYTES": item.number("inbytes_f"),
            "FSHIFT": 16,
            "WINX": item.number("poolWinX"),
            "WINY": item.number("poolWinY"),
            "STRDX": item.number("strideX"),
            "STRDY": item.number("strideY"),
            "TPAD": item.number("topPad"),
            "BPAD": item.number("bottomPad"),
            "LPAD": item.number("leftPad"),
            "RPAD": item.number("rightPad"),
            "BSIZE": depth,
            "X": item.number("inputX") * depth,
            "Y": item.number("inputY"),
            "OUTX": item.number("outputX"),
            "OUTY": item.number("outputY"),
            "MULVAL": item.number("mulval"),
            "LCROP": item.number("leftCrop") * depth,
            "RCROP": item.number("rightCrop") * depth + depth - 1,
            "TCROP": item.number("topCrop"),
            "BCROP": item.number("bottomCrop"),
            "FOBYTES": item.number("outbytes_f"),
            "FRND": item.number("round_mode_f"),
            "OBYTES": item.number("outbytes_o"),
            "ORND": item.number("round_mode_o"),
        },
    )


def _streng(item: _Structure, images: Sequence[Image]) -> dict[int, int]:
    writes, raw = item.number("dir"), item.number("raw")
    base, start = item.address("addr_base"), item.number("offset_start")
    bits = item.number("nbits_out" if writes else "nbits_in")
    item.number("nbits_in" if writes else "nbits_out")
    if bits not in (8, 16, 24):
        raise item.unknown("nbits_out" if writes else "nbits_in", str(bits))
    item.only(noblk=0, frame_count=0)
    width, height, pixel = item.number("fwidth"), item.number("fheight"), item.number("batch_offset")
    size = max(0, item.number("offset_end") - start) * 8 // bits if raw else height << 16 | width
    line = item.number("line_offset") or width * pixel
    frames = item.number("frame_tot_cnt", 1)
    right, unsigned = item.number("align_right"), item.number("nbits_unsigned")
    if right and unsigned:
        raise item.unknown("align_right", "1 beside .nbits_unsigned = 1")
    synchronised, partner = item.number("sync_with_other"), item.number("sync_dma")
    values = {
        "SINGLE": int(frames == 1),
        "DIR": writes,
        "CONT": item.number("continuous"),
        "RAW": raw,
        "RAW_OUT": item.number("raw_out"),
        "LSBMODE": right,
        "SIGNEXT": right,
        **{f"SIZE{n}": 8 for n in range(bits // 8)},
        "ADDR": base + start,
        "FSIZE": size,
        "DEPTH": item.number("batch_depth"),
        "OFFSET": pixel & 0xFFFF,
        "LOFF": line & 0xFFFF,
        "FOFFSET": item.number("frame_offset"),
        "FRAME_RPT": item.number("frame_loop_cnt"),
        "FRPTOFF": item.number("loop_offset"),
        "POS": 0x24,
        "EVENT": 0x100000,
        "FRMTRG_EN": synchronised,
        "FRMTRG_SRC": partner,
        "ADDRLIMIT": 1,
        "STOPPREFTC": 1,
        "FRAMELIMIT": 1,
        "DOFF_MSB": pixel >> 16,
        "LIMIT": frames,
        "LIMITADDR": base + item.number("offset_limit") - 1,
        "CACHEABLE": item.number("cacheable"),
        "ALLOC": item.number("cache_allocate"),
        "LOFF_MSB": line >> 16,
    }
    return _packed("STRENG", item, values)


_Setter = Callable[[_Structure, "Sequence[Image]"], dict[int, int]]
_SETTERS: Mapping[str, tuple[str, _Setter]] = {
    "LL_Convacc_Init": ("CONVACC", _convacc),
    "LL_Arithacc_Init": ("ARITH", _arithacc),
    "LL_Poolacc_Init": ("POOL", _poolacc),
    "LL_Streng_TensorInit": ("STRENG", _streng),
}
