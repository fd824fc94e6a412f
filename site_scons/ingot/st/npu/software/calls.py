# SPDX-License-Identifier: Apache-2.0
"""The calls that network.c makes in software epochs, with their arguments.

ll_sw_forward_<kernel>(&info)                      info: a structure, `.general.input.dim.tensor_h = 6,`
LL_ATON_LIB_Concat(in, count, out, axis, dma, dma) in, out: tables of buffers
LL_ATON_LIB_DMA_DepthToSpace(in, 1, out, rows, columns, dma, dma), SpaceToDepth alike
LL_ATON_LIB_DMA_Transpose(in, strides, out, strides, target, permutation, dma, dma[, instance])
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ingot.base.errors import IngotError
from ingot.st.prebuilt.network_c import braced, elements

REMEDY = "No public build has it: it is not guessed."
_FUNCTION = re.compile(r"^static void (?:__\w+__ )?LL_ATON_(?:Start|End)_EpochBlock_(\d+)\([^)]*\)\s*\{", re.MULTILINE)
_KERNEL = re.compile(r"\b(ll_sw_forward_\w+|LL_ATON_LIB_\w+)\(((?:[^();]|\([^()]*\))*)\);")
_STRUCTURE = re.compile(r"\b\w+_sw_info (\w+) = \{(.*?)^  \};", re.DOTALL | re.MULTILINE)
_MEMBER = re.compile(r"^\s*\.([\w.]+)\s*=\s*(.*?),?\s*$", re.MULTILINE)
_ADDRESS = re.compile(r"\(?\s*(0x[0-9a-fA-F]+)UL\s*\)?(?:\s*\+\s*(\d+))?")
_ARRAY = re.compile(r"static const uint(?:8|32)_t\s+(\w+)\[\]\s*=\s*\{([^}]*)\}")
_TABLE = re.compile(r"static const \w+TypeDef\s+(\w+)\[\]\s*=\s*\{")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """A buffer of a call: address, (batch, height, width, channels) and bytes from one to the next of each; bits."""

    address: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    bits: int
    signed: bool = True

    def __post_init__(self) -> None:
        """Raises IngotError for what can be no buffer: views of memory are made of it."""
        sizes = (*self.shape, *self.strides)
        if (len(self.shape), len(self.strides)) != (4, 4) or min(sizes) < 1 or self.bits not in (8, 16, 32):
            raise IngotError(
                f"a buffer at {self.address:#x} of {self.shape} with steps {self.strides} and {self.bits} bits is none",
                remedy=REMEDY,
            )

    @property
    def count(self) -> int:
        """Its elements."""
        count = 1
        for size in self.shape:
            count *= size
        return count

    @property
    def extent(self) -> int:
        """Bytes from its first to behind its last."""
        return sum((n - 1) * step for n, step in zip(self.shape, self.strides, strict=True)) + self.bits // 8


@dataclass(frozen=True)
class SoftwareCall:
    """A call of an epoch. name: of the function. members: of its structure. arguments: as they are written."""

    epoch: int
    name: str
    arguments: tuple[str, ...]
    members: Mapping[str, str]
    tables: Mapping[str, tuple[Place, ...]]
    arrays: Mapping[str, tuple[int, ...]]
    where: str

    def number(self, name: str, default: int | None = None) -> int:
        """A member that is a number. Raises IngotError."""
        text = self.members.get(name)
        if text is None and default is not None:
            return default
        try:
            return int(text or "", 0)
        except ValueError:
            raise self.refused(f".{name} = {text}") from None

    def numbers(self, name: str) -> tuple[int, ...]:
        """A member that is a list of numbers, `{1, 1}`."""
        return tuple(int(word) for word in re.findall(r"-?\d{1,9}", self.members.get(name, "")))

    def word(self, name: str) -> str:
        """A member that is a name."""
        return self.members.get(name, "")

    def address(self, name: str) -> int:
        """Where a tensor of the structure lies. Raises IngotError."""
        found = _ADDRESS.search(_COMMENT.sub("", self.members.get(f"{name}.mem.start_offset", "")))
        if found is None:
            raise self.refused(f".{name}.mem.start_offset = {self.members.get(f'{name}.mem.start_offset')}")
        return int(found[1], 16) + int(found[2] or 0)

    def place(self, name: str) -> Place:
        """A tensor of the structure."""
        sides = "bhwc"
        shape = tuple(self.number(f"{name}.dim.tensor_{side}") for side in sides)
        strides = tuple(self.number(f"{name}.stride.{side}") for side in sides)
        signed = bool(self.number(f"{name}.format.is_signed", 1))
        return Place(self.address(name), shape, strides, 8 * strides[3] if strides[3] else 8, signed)

    def argument(self, index: int) -> str:
        """An argument without `&`, indexes and casts. Raises IngotError when there are fewer."""
        if index >= len(self.arguments):
            raise self.refused(f"{len(self.arguments)} arguments")
        return re.sub(r"^&|\[0\]$", "", self.arguments[index])

    def integer(self, index: int) -> int:
        """An argument that is a number."""
        try:
            return int(self.argument(index), 0)
        except ValueError:
            raise self.refused(f"the argument {self.argument(index)}") from None

    def table(self, index: int) -> tuple[Place, ...]:
        """An argument that is a table of buffers."""
        found = self.tables.get(self.argument(index))
        if not found:
            raise self.refused(f"the table {self.argument(index)}")
        return found

    def array(self, index: int) -> tuple[int, ...]:
        """An argument that is an array of numbers, or the first of a list of arrays."""
        name = self.argument(index)
        found = self.arrays.get(name) or self.arrays.get(f"{name}_0")
        if found is None:
            raise self.refused(f"the array {name}")
        return found

    def refused(self, what: str) -> IngotError:
        """The message for what nobody knows."""
        return IngotError(f"{self.name} has {what}", where=self.where, remedy=REMEDY)


def software_calls(text: str, where: str) -> dict[int, list[SoftwareCall]]:
    """The calls of a network.c by epoch. Raises IngotError for a table that cannot be read."""
    found: dict[int, list[SoftwareCall]] = {}
    for function in _FUNCTION.finditer(text):
        body = braced(text, function.end() - 1)
        epoch = int(function[1])
        for call in _KERNEL.finditer(body):
            if call[1] != "LL_ATON_LIB_UNUSED":
                found.setdefault(epoch, []).append(_call(epoch, call[1], call[2], body, f"{where}, epoch {epoch}"))
    return found


def inputs_of(call: SoftwareCall) -> tuple[Place, ...]:
    """What a call reads, without its constants. Raises IngotError."""
    return (call.place("general.input"),) if call.members else call.table(0)


def _call(epoch: int, name: str, arguments: str, body: str, where: str) -> SoftwareCall:
    words = tuple(word.strip() for word in arguments.split(","))
    arrays = {item[1]: tuple(int(number) for number in re.findall(r"-?\d+", item[2])) for item in _ARRAY.finditer(body)}
    structures = {item[1]: item[2] for item in _STRUCTURE.finditer(body)}
    structure = structures.get(words[0].lstrip("&"), "")
    members = {item[1]: item[2].strip() for item in _MEMBER.finditer(_COMMENT.sub("", structure))}
    used = {re.sub(r"^&|\[0\]$", "", word) for word in words}
    tables = {
        item[1]: tuple(_place(fields, arrays, where) for fields in elements(braced(body, item.end() - 1)))
        for item in _TABLE.finditer(body)
        if item[1] in used
    }
    return SoftwareCall(epoch, name, words, members, tables, arrays, where)


def _place(fields: Mapping[str, str], arrays: Mapping[str, tuple[int, ...]], where: str) -> Place:
    base = _ADDRESS.search(fields.get("addr_base", ""))
    shape = arrays.get(fields.get("shape", ""), ())
    numbers = [fields.get("nbits", "8"), fields.get("offset_start", "0")]
    if base is None or len(shape) != 4 or not all(number.isdecimal() for number in numbers):
        raise IngotError("a buffer of the call cannot be read", where=where, remedy=REMEDY)
    order = {"CHPos_First": (0, 3, 1, 2)}.get(fields.get("chpos", ""), (0, 1, 2, 3))
    if fields.get("chpos", "CHPos_Last") not in ("CHPos_First", "CHPos_Last"):
        raise IngotError(f"a buffer of the call has .chpos = {fields['chpos']}", where=where, remedy=REMEDY)
    bits, offset = (int(number) for number in numbers)
    strides = [0] * 4
    step = bits // 8
    for side in reversed(order):
        strides[side] = step
        step *= shape[side]
    return Place(int(base[1], 16) + offset, shape, tuple(strides), bits, fields.get("Qunsigned", "0") != "1")
