# SPDX-License-Identifier: Apache-2.0
"""An operation's structure as registers of an ARITH, with its coefficients out of the files of weights.

A vector sets all three counters and COEFFA, COEFFB, COEFFC; with one value a channel they count a batch, the frame of a
batch, and all of it. The vectors lie bit-packed in memory; a combined BC is one 32-bit number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ingot.st.npu.plain.structure import Structure
from ingot.st.npu.registers import MEMORY

if TYPE_CHECKING:
    from ingot.st.npu.images import Image


def arithacc(item: Structure, images: Sequence[Image]) -> dict[int, int]:
    """Register words; without coefficients where no image has them. Raises IngotError for an unknown value."""
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
    words = item.packed("ARITH", values)
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
