# SPDX-License-Identifier: Apache-2.0
"""What a network.c of ST's NPU compiler says in its text: versions, options, pools, buffer tables, epoch blocks.

The compiler repeats in comments and tables what its c_info file says, so that a network.c alone is enough. Grammar, as
in the files of ATONN 1.0 to 1.1.3 (ST Edge AI 2.0 to 4.0) and in those of the built-in compiler:

    * --<option> = <value>                                    in the head comment
    #if LL_ATON_VERSION_MAJOR != 1 || ..._DEV != 262
    /* index=8 file postfix=xSPI2 name=octoFlash offset=0x...  absolute_mode size=... READ_ONLY ... */
    static const EpochBlock_ItemTypeDef ll_atonn_rt_epoch_block_array[] = { { .start_epoch_block = ..., }, ... }
    LL_ATON_Input_Buffers_Info_<name>(void) { ... { .name = "...", .addr_base = {(unsigned char *)(0x...UL)}, ... } }
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingot.base.errors import IngotError
from ingot.network.ll_aton import dtype_of
from ingot.network.version import Version

# Each of these looks at a character a bounded number of times: blanks have one owner, what is open ends at a limit.
_POOL = re.compile(
    r"/\*[ \t\n]{0,80}index=(\d{1,9})[ \t]{1,80}file postfix=([^\s*]{0,255})[ \t]{1,80}name=([^\s*]{1,255})[ \t]{1,80}"
    r"offset=(0x[0-9a-fA-F]{1,16}|\d{1,20})[ \t]([^*]{0,1000})\*/"
)
_STATED = re.compile(r"/\*[ \t]{0,80}global pool (\d{1,9}) is (\d{1,15}(?:\.(\d{1,15}))?) (B|KB|MB|GB)[ \t]{0,80}\*/")
_UNITS = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_VERSION = re.compile(
    r"^[ \t]*#[ \t]*if[ \t][^\n]{0,200}?LL_ATON_VERSION_MAJOR[ \t]{0,80}!=[ \t]{0,80}(\d{1,9})([^\n]*)", re.MULTILINE
)
_OPTION = re.compile(r"^ \* --([\w-]{1,80})[ \t]*=[ \t]*([^\n]*)$", re.MULTILINE)
_ARRAY = re.compile(
    r"static const (?:uint32_t|float|int16_t)[ \t]{1,80}(\w{1,255})[ \t]{0,80}\[[ \t]{0,80}(?:\w{1,80}[ \t]{0,80})?\]"
    r"\s{0,80}=\s{0,80}\{([^{}]*)\}"
)
_HEAD = r"_(\w{1,255})[ \t]{0,80}\([^(){};]{0,200}\)\s{0,80}\{"
_TABLE = re.compile(r"\bLL_ATON_(Input|Output|Internal)_Buffers_Info" + _HEAD)
_C_NAME = re.compile(r"\bLL_ATON_(?:EpochBlockItems|(?:Input|Output|Internal)_Buffers_Info)" + _HEAD)
_FIELD = re.compile(r"\.(\w{1,80})[ \t]{0,80}=\s{0,80}(\{[^{}\n]*\}|\"(?:[^\"\\\n]|\\.)*\"|[^,\n]+)")
_ADDRESS = re.compile(r"\([ \t]{0,80}(0x[0-9a-fA-F]{1,16})[ \t]{0,80}U?L?[ \t]{0,80}\)|\b(_mem_pool_\w{1,255})")
REMEDY = "The file is damaged: generate it again."
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
MOST_TABLES = 64  # of buffers: three for each network
MOST_EPOCHS = 100_000


@dataclass(frozen=True)
class SourcePool:
    """A pool as its comments give it. base: None in relative mode.

    stated: least and most bytes that the rounded "global pool 8 is 2.52 MB" can mean, None where it says "?".
    offset: the address in the comment, in relative mode too.
    """

    index: int
    postfix: str
    name: str
    base: int | None
    size: int
    writable: bool
    virtual: bool
    relative: bool
    cacheable: bool
    score: int
    stated: tuple[int, int] | None = None
    offset: int = 0


@dataclass(frozen=True)
class SourceBuffer:
    """A line of a buffer table. base: address of its pool or None; label: of a relative pool, or "".

    kind: "input", "output" or "internal". offset, end: bytes from the pool's base. shape: in the order of memory.
    epoch: the one that writes it. view: (batch, height, width, channels) where it has four sides. layout: "last",
    "first" or "mixed" (channels in groups of `batch`: group, height, width, channel), "" when it does not say.
    """

    name: str
    kind: str
    base: int | None
    label: str
    offset: int
    end: int
    user: bool
    param: bool
    epoch: int
    shape: tuple[int, ...]
    dtype: str
    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    view: tuple[int, ...] = ()
    layout: str = ""
    batch: int = 0

    @property
    def start(self) -> int:
        """Address of its first byte; bytes from the base of a relative pool."""
        return (self.base or 0) + self.offset

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.end - self.offset


@dataclass(frozen=True)
class SourceBlock:
    """An epoch block: epochs first..last (the same without an epoch controller blob). kind: "EC", "HW" or "SW"."""

    first: int
    last: int
    kind: str
    blob: str = ""


@dataclass(frozen=True)
class NetworkSource:
    """Everything a network.c says about itself.

    name: in C, "" when it defines nothing. options: of the NPU compiler's command line. kinds: epoch -> kinds of its
    nodes, as the comments have them.
    """

    name: str
    version: Version | None
    description: str
    options: Mapping[str, str]
    pools: tuple[SourcePool, ...]
    buffers: tuple[SourceBuffer, ...]
    blocks: tuple[SourceBlock, ...]
    kinds: Mapping[int, tuple[str, ...]]
    includes: tuple[str, ...]

    @property
    def model(self) -> str:
        """Name of the model it was generated from, without folder and ending; "" when it does not say.

        ST's front end hands the model to the NPU compiler as `<name>_OE_<version>.onnx`.
        """
        file = self.options.get("onnx-input", "").replace("\\", "/").rsplit("/", 1)[-1]
        return file.removesuffix(".onnx").split("_OE_")[0]


def c_name(text: str) -> str:
    """The network's name in C, of the functions that network.c defines; "" when there are none.

    Up to ST Edge AI 2.2 a network that is generated as `network` has the C name `Default`.
    """
    found = _C_NAME.search(text)
    return found[1] if found else ""


def parse_network_c(text: str) -> NetworkSource:
    """Reads the text; what is not there is left empty. Raises IngotError for a number that is none."""
    version = _version(text)
    tables = list(_TABLE.finditer(text))
    if len(tables) > MOST_TABLES:
        raise IngotError(
            f"{len(tables):,} tables of buffers; expected at most {MOST_TABLES}", where="network.c", remedy=REMEDY
        )
    arrays = {found[1]: found[2] for found in _ARRAY.finditer(text)}
    buffers: list[SourceBuffer] = []
    for table in tables:
        body = braced(text, table.end() - 1)
        local = arrays | {found[1]: found[2] for found in _ARRAY.finditer(body)}
        buffers += [_buffer(table[1].lower(), entry, local, version) for entry in _entries(body)]
    stated = {int(found[1]): _stated(found) for found in _STATED.finditer(text)}
    description = re.search(r"GIT_DESCRIPTION[ \t]{1,80}\"([^\"\n]{0,255})\"", text)
    return NetworkSource(
        name=c_name(text),
        version=version,
        description=description[1] if description else "",
        options={found[1]: found[2].strip().removeprefix('"').removesuffix('"') for found in _OPTION.finditer(text)},
        pools=tuple(sorted((_pool(found, stated) for found in _POOL.finditer(text)), key=lambda pool: pool.index)),
        buffers=tuple(buffers),
        blocks=_blocks(text),
        kinds=_kinds(text),
        includes=tuple(re.findall(r"^[ \t]*#[ \t]*include[ \t]+\"([^\"\n]+)\"", text, re.MULTILINE)),
    )


def _version(text: str) -> Version | None:
    found = _VERSION.search(text)
    if found is None:
        return None
    rest = dict(re.findall(r"LL_ATON_VERSION_(\w{1,80})[ \t]{0,80}!=[ \t]{0,80}(\d{1,9})", found[2]))
    return Version(int(found[1]), *(int(rest.get(part, 0)) for part in ("MINOR", "MICRO", "DEV")))


def _stated(found: re.Match[str]) -> tuple[int, int]:
    unit, half = _UNITS[found[4]], 0.5 / 10 ** len(found[3] or "")
    slack = half if found[4] != "B" else 0.0
    return int((float(found[2]) - slack) * unit), int((float(found[2]) + slack) * unit) + 1


def _pool(found: re.Match[str], stated: Mapping[int, tuple[int, int]]) -> SourcePool:
    rest = found[5]
    size, score = re.search(r"\bsize=(\d{1,20})", rest), re.search(r"\bscore=(-?\d{1,20})", rest)
    relative = "relative_mode" in rest
    return SourcePool(
        index=int(found[1]),
        postfix=found[2],
        name=found[3],
        base=None if relative else _c_number(found[4]),
        size=int(size[1]) if size else 0,
        writable="READ_ONLY" not in rest,
        virtual=bool(re.search(r"\bvpool\b", rest)),
        relative=relative,
        cacheable="cacheable=ON" in rest,
        score=int(score[1]) if score else 0,
        stated=stated.get(int(found[1])),
        offset=_c_number(found[4]),
    )


def braced(text: str, start: int) -> str:
    """The text of the block whose `{` is at `start`, without the braces."""
    depth = 0
    for found in re.compile(r"[{}]|\"(?:[^\"\\\n]|\\.)*\"").finditer(text, start):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth -= 1
            if not depth:
                return text[start + 1 : found.start()]
    return text[start + 1 :]


def _entries(body: str) -> list[dict[str, str]]:
    """The elements of the table `buff_info[]` in a function's body, field -> text."""
    start = re.search(r"\bbuff_info\s*\[\s*\]\s*=\s*\{", body)
    return elements(braced(body, start.end() - 1)) if start else []


def elements(table: str) -> list[dict[str, str]]:
    """The structures of a C table, member -> text; one whose .name is NULL ends it and is left out."""
    plain = _COMMENT.sub(" ", table)
    elements = []
    position = plain.find("{")
    while position >= 0:
        element = braced(plain, position)
        fields = {found[1]: found[2].strip() for found in _FIELD.finditer(element)}
        elements.append(fields)
        position = plain.find("{", position + len(element) + 2)
    return [fields for fields in elements if fields.get("name", "") != "NULL"]


def _buffer(kind: str, fields: Mapping[str, str], arrays: Mapping[str, str], version: Version | None) -> SourceBuffer:
    address = _ADDRESS.search(fields.get("addr_base", ""))
    bits = _integer(fields.get("nbits", "8"))
    unsigned = fields.get("Qunsigned", "0") == "1"
    plain = {8: "int8", 16: "int16", 32: "int32"}.get(bits, "int8")
    return SourceBuffer(
        name=fields.get("name", '""').strip('"'),
        kind=kind,
        base=int(address[1], 16) if address and address[1] else None,
        label=(address[2] or "") if address else "",
        offset=_integer(fields.get("offset_start", "0")),
        end=_integer(fields.get("offset_end", "0")),
        user=fields.get("is_user_allocated", "0") != "0",
        param=fields.get("is_param", "0") != "0",
        epoch=_integer(fields.get("epoch", "0")),
        shape=_shape(fields, arrays),
        dtype=dtype_of(fields.get("type", ""), version) or (f"u{plain}" if unsigned else plain),
        scale=tuple(_numbers(arrays, fields.get("scale", ""), float)),
        zero_point=tuple(_numbers(arrays, fields.get("offset", ""), int)),
        view=tuple(_numbers(arrays, fields.get("shape", ""), int)),
        layout=fields.get("chpos", "").removeprefix("CHPos_").lower(),
        batch=_integer(fields.get("batch", "0")),
    )


def _shape(fields: Mapping[str, str], arrays: Mapping[str, str]) -> tuple[int, ...]:
    """The shape in the order of memory.

    `mem_shape` is that order where channels are first or last. `shape` has (batch, height, width, channels) of the
    compiler's view; it is taken where channels are mixed, as the compiler's (batch, channels, height, width).
    """
    shape = tuple(_numbers(arrays, fields.get("shape", ""), int))
    memory = tuple(_numbers(arrays, fields.get("mem_shape", ""), int))
    mixed = fields.get("chpos", "").endswith(("Mixed", "Undefined"))
    if not mixed and len(memory) == len(shape) and memory:
        return memory
    return (shape[0], shape[3], shape[1], shape[2]) if len(shape) == 4 else shape


def _numbers(arrays: Mapping[str, str], name: str, kind: Any) -> list[Any]:
    """The numbers of an array; a compound literal stands for itself."""
    text = arrays.get(name.strip(), name if "{" in name else "")
    words = [word.rstrip("fFuUlL") for word in re.findall(r"-?\d[\w.+-]*", text)]
    try:
        return [kind(word) for word in words]
    except ValueError as error:
        raise IngotError(f"a number of {name} cannot be read: {error}", where="network.c", remedy=REMEDY) from None


def _integer(text: str) -> int:
    found = re.match(r"-?(0[xX][0-9a-fA-F]{1,16}|\d{1,20})", text.strip())
    return _c_number(found[0]) if found else 0


def _c_number(digits: str) -> int:
    """A number as C reads it: hexadecimal, octal with a leading 0, or decimal."""
    plain = digits.lstrip("-")
    base = 16 if plain[:2] in ("0x", "0X") else 8 if re.fullmatch(r"0[0-7]+", plain) else 10
    return int(digits, base)


def _blocks(text: str) -> tuple[SourceBlock, ...]:
    start = re.search(r"\bll_atonn_rt_epoch_block_array\s*\[\s*\]\s*=\s*\{", text)
    if start is None:
        return ()
    blocks: list[SourceBlock] = []
    epochs = 0
    for fields in elements(re.sub(r"^[ \t]*#.*$", "", braced(text, start.end() - 1), flags=re.MULTILINE)):
        flags = fields.get("flags", "")
        if "last_eb" in flags and "epoch_start" not in flags:
            continue
        first = _integer(fields.get("epoch_num", str(blocks[-1].last + 1 if blocks else 1)))
        kind = "EC" if "_blob" in flags else "SW" if "pure_sw" in flags else "HW"
        blob = re.search(r"\w*_ec_blob_\w+", fields.get("blob_address", ""))
        last = _integer(fields.get("last_epoch_num", str(first)))
        if first < 0 or max(first, last) > MOST_EPOCHS:
            raise IngotError(
                f"an epoch block has the epochs {first} to {last}; expected numbers up to {MOST_EPOCHS:,}",
                where="network.c",
                remedy=REMEDY,
            )
        epochs += max(first, last) - first + 1
        if epochs > MOST_EPOCHS:
            raise IngotError(
                f"the epoch blocks up to that of epoch {first} have more than {MOST_EPOCHS:,} epochs in sum",
                where="network.c",
                remedy=REMEDY,
            )
        blocks.append(SourceBlock(first, max(first, last), kind, blob[0] if blob else ""))
    return tuple(blocks)


def _kinds(text: str) -> dict[int, tuple[str, ...]]:
    """Kinds of nodes by epoch: `/* kind=Resize node=Resize_257 */` below `/* scheduling epoch=56 ... */`."""
    kinds: dict[int, list[str]] = {}
    epoch = 0
    for found in re.finditer(r"/\* scheduling epoch=(\d{1,9})|/\* kind=(\w+) node=", text):
        if found[1]:
            epoch = int(found[1])
        else:
            kinds.setdefault(epoch, []).append(found[2])
    return {number: tuple(names) for number, names in kinds.items()}
