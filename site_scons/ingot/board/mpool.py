# SPDX-License-Identifier: Apache-2.0
"""Memory pools: ST's `.mpool` files, read leniently and written strictly.

Read: trailing commas, comments and unquoted keys (JSON5); both spellings of keys (`mem_file_prefix`, `memFilePrefix`);
numbers as text or as numbers, hexadecimal or decimal, in BYTES, KBYTES, MBYTES or GBYTES (powers of 1024); flags as
text or as booleans; `mode` optional; the short pool lists of STM32H7 packages (name, prop, size, offset only).
Written: strict JSON in the spelling of ST's hand-written files.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError, did_you_mean
from ingot.base.files import write_if_changed
from ingot.board.ranges import Range, size_text

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
MAGNITUDES = {"BYTES": 1, "KBYTES": KIB, "MBYTES": MIB, "GBYTES": GIB}
LENIENT_LIMIT = 256 * KIB  # the lenient parser takes about 25 us a byte
EXTERNAL_FROM = 0x60000000  # Cortex-M: external RAM and devices start here, internal SRAM is below

RIGHTS = ("ACC_READ", "ACC_WRITE")
PREFIX_OF_ST = "atonbuf"
LEVELS = ("LOW", "MID", "HIGH")
FORMATS = ("FORMAT_RAW", "FORMAT_HEX", "FORMAT_C")


@dataclass(frozen=True)
class Pool:
    """One memory pool.

    name: its name in c_info and network.c. fname: postfix of its initializer file.
    base: address of the first byte; None where the file leaves it open (offset 0).
    size: bytes; 0 disables the pool.
    relative: position-independent (USEMODE_RELATIVE): the base is chosen when the image is installed.
    freq_ratio: NPU clock : memory clock. byte_width: bytes of the bus. *_power: mW, for estimates only.
    cacheable, bypass...: None where the file says nothing (the tools' default applies).
    """

    name: str
    fname: str
    base: int | None
    size: int
    rights: str = "ACC_WRITE"
    throughput: str = "MID"
    latency: str = "MID"
    byte_width: int = 8
    freq_ratio: float = 1.0
    cacheable: bool | None = None
    constants_preferred: bool | None = None
    read_power: float | None = None
    write_power: float | None = None
    relative: bool = False
    file_format: str = "FORMAT_RAW"
    burst_max_length: int | None = None
    burst_penalty: float | None = None
    pipelined: bool | None = None
    bus_node: int | None = None

    @property
    def enabled(self) -> bool:
        """Whether it is memory that a network may use. FORMAT_C is the NPU compiler's list of constants, not memory."""
        return self.size > 0 and self.file_format != "FORMAT_C"

    @property
    def writable(self) -> bool:
        return self.rights == "ACC_WRITE"

    @property
    def range(self) -> Range:
        """Its address range. Raises ValueError when the base is open."""
        if self.base is None:
            raise ValueError(f"pool {self.name} has no address")
        return Range(self.base, self.base + self.size)

    @property
    def score(self) -> int:
        """See `score`."""
        return score(self.throughput, self.latency, self.writable)


@dataclass(frozen=True)
class Mpool:
    """A `.mpool` file.

    prefix: middle part of initializer names, `<network>_<prefix>.<fname>.raw`.
    params: (name, value in bytes) pairs of ST's "params". cacheinfo: the NPU cache, as in the file.
    path, lines: where it was read (line of each pool by index), for messages; no part of the value.
    """

    pools: tuple[Pool, ...]
    prefix: str = "atonbuf"
    params: tuple[tuple[str, int], ...] = ()
    cacheinfo: tuple[Mapping[str, Any], ...] = ()
    path: Path = field(default=Path("(pools)"), compare=False)
    lines: tuple[int, ...] = field(default=(), compare=False)

    @property
    def enabled(self) -> tuple[Pool, ...]:
        return tuple(pool for pool in self.pools if pool.enabled)

    def pool(self, name: str) -> Pool:
        """The pool of that name. Raises KeyError."""
        for pool in self.pools:
            if pool.name == name:
                return pool
        raise KeyError(name)

    def where(self, pool: Pool) -> str:
        """`file:line` of a pool, for messages."""
        position = self.pools.index(pool) if pool in self.pools else len(self.lines)
        return f"{self.path}:{self.lines[position]}" if position < len(self.lines) else str(self.path)


def score(throughput: str, latency: str, writable: bool) -> int:
    """How good a pool is for activations, 0 to 94; placement tries the highest first.

    94 less the cost of a lower throughput (MID 7, LOW 14), of a higher latency (MID 3, HIGH 5) and of being read-only
    (32). ST does not publish its formula; this one gives the scores in the outputs of its compiler for every kind of
    pool seen there: npuRAM (HIGH/LOW) 94, virtual pool of both (HIGH/MID) 91, cpuRAM (MID/MID) 84,
    hyperRAM (MID/HIGH) 82, octoFlash (MID/HIGH, read-only) 50.
    """
    slower = {"HIGH": 0, "MID": 7, "LOW": 14}[throughput]
    later = {"LOW": 0, "MID": 3, "HIGH": 5}[latency]
    return 94 - slower - later - (0 if writable else 32)


def activation_pools(mpool: Mpool) -> tuple[Pool, ...]:
    """Writable pools with an address, best score first, then by address."""
    usable = [pool for pool in mpool.enabled if pool.writable and pool.base is not None]
    return tuple(sorted(usable, key=lambda pool: (-pool.score, pool.base)))


def initializer_pool(mpool: Mpool, size: int = 0) -> Pool:
    """The pool that `size` bytes of weights go to.

    Of those that are large enough: read-only ones first, then those that prefer constants, then the best score. A
    writable pool is taken only when it says `constants_preferred`. Raises IngotError when there is none.
    """
    usable = [p for p in mpool.enabled if p.base is not None and (not p.writable or p.constants_preferred)]
    if not usable:
        raise IngotError(
            "no pool can hold the weights",
            where=str(mpool.path),
            remedy='Give one pool "rights": "ACC_READ" or "constants_preferred": "true", and a size.',
        )
    fitting = [pool for pool in usable if pool.size >= size]
    if not fitting:
        largest = max(usable, key=lambda p: p.size)
        raise IngotError(
            f"{size:,} bytes of weights fit no pool; the largest that takes weights is '{largest.name}', "
            f"{size_text(largest.size)}",
            where=mpool.where(largest),
            remedy="Enlarge that pool, or take a smaller model.",
        )
    return min(fitting, key=lambda p: (p.writable, not p.constants_preferred, -p.score, p.base))


# ---------------------------------------------------------------- reading


def read_mpool(path: Path) -> Mpool:
    """Reads a `.mpool` file. Raises IngotError at file:line:column for anything that is not a list of pools."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise IngotError(f"cannot read the file: {error.strerror}", where=str(path)) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise IngotError("the file is not UTF-8 text", where=f"{path}:{line}") from error
    if not text.strip():
        raise IngotError("the file is empty", where=str(path))
    try:
        root = _parse(path, text)
    except RecursionError as error:
        raise IngotError("not valid JSON: nested too deeply", where=str(path)) from error
    top = _Object(path, text, "the file", root)
    memory = top.child("memory", required=True)
    listed = memory.take("mempools", list, required=True)
    pools = tuple(_pool(_Object(path, text, f"pool {number}", item)) for number, item in enumerate(listed))
    params = tuple(_param(path, text, item) for item in top.child("params").take("param", list, default=[]))
    cacheinfo = memory.take("cacheinfo", list, default=[])
    return Mpool(
        pools=pools,
        prefix=_prefix(memory),
        params=params,
        cacheinfo=tuple(_snake_keys(_Object(path, text, "cacheinfo", item).values) for item in cacheinfo),
        path=path,
        lines=_pool_lines(text, pools),
    )


def _prefix(memory: _Object) -> str:
    """The middle part of initializer names. Raises IngotError for one that could lead to another folder."""
    prefix = str(memory.take("mem_file_prefix", str, default=PREFIX_OF_ST))
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*", prefix):
        key = next((key for key in ("mem_file_prefix", "memFilePrefix") if f'"{key}"' in memory.text), "")
        raise memory.error(
            f"mem_file_prefix is {_shown(prefix)}, which cannot be part of a file name",
            key,
            remedy=f"Use letters, digits, '_', '-' and '.'; ST's files have '{PREFIX_OF_ST}'.",
        )
    return prefix


def _parse(path: Path, text: str) -> Any:
    """Strict JSON if it is that, else JSON5."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except _Duplicate as error:
        raise IngotError(str(error), where=f"{path}:{_line_of(text, error.key, last=True)}") from error
    except ValueError as strict:
        if len(text) > LENIENT_LIMIT:
            raise IngotError(f"not valid JSON: {strict}", where=str(path)) from strict
        import json5

        try:
            return json5.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        except _Duplicate as error:
            raise IngotError(str(error), where=f"{path}:{_line_of(text, error.key, last=True)}") from error
        except ValueError as error:
            raise _syntax_error(path, str(error)) from error


class _Duplicate(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(f"the key '{key}' is given twice")
        self.key = key


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Duplicate(key)
        found[key] = value
    return found


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is not a number")


def _syntax_error(path: Path, message: str) -> IngotError:
    """json5 says `<string>:32 Unexpected ":" at column 51`."""
    found = re.match(r"<string>:(\d+) (.*) at column (\d+)$", message, re.DOTALL)
    if not found:
        return IngotError(f"not valid JSON: {message}", where=str(path))
    line, what, column = found.groups()
    return IngotError(
        f"not valid JSON: {what[0].lower()}{what[1:]!s}".replace("\n", "\\n"),
        where=f"{path}:{line}:{column}",
        remedy="A quote, comma or bracket is missing or too many at or before this place.",
    )


def _line_of(text: str, word: str, last: bool = False) -> int:
    """Line of a quoted word (from 1); 1 when it is not there."""
    quoted = f'"{word}"'
    position = text.rfind(quoted) if last else text.find(quoted)
    return text.count("\n", 0, position) + 1 if position >= 0 else 1


def _pool_lines(text: str, pools: Iterable[Pool]) -> tuple[int, ...]:
    """Line on which each pool's name stands; pools come in the order of the file."""
    lines: list[int] = []
    start = 0
    for pool in pools:
        found = re.compile(r"[\"']?\bname[\"']?\s*:\s*[\"']" + re.escape(pool.name) + r"[\"']").search(text, start)
        start = found.end() if found else start
        lines.append(text.count("\n", 0, found.end() if found else 0) + 1)
    return tuple(lines)


def _snake(key: str) -> str:
    """`memFilePrefix` -> `mem_file_prefix`; byteWidth and freqRatio are camel case in both generations."""
    return re.sub(r"(?<=[a-z])[A-Z]", lambda letter: "_" + letter[0].lower(), key)


def _snake_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {_snake(key): _snake_keys(item) for key, item in value.items()}
    return [_snake_keys(item) for item in value] if isinstance(value, list) else value


POOL_KEYS = ("fname", "name", "fformat", "prop", "offset", "size", "mode", "bus_node")
PROP_KEYS = (
    "rights",
    "throughput",
    "latency",
    "byte_width",
    "freq_ratio",
    "cacheable",
    "constants_preferred",
    "read_power",
    "write_power",
    "burst_max_length",
    "burst_penalty",
    "pipelined",
)


class _Object:
    """A JSON object being read, with the words for messages about it. Keys are compared in snake case."""

    def __init__(self, path: Path, text: str, place: str, value: Any) -> None:
        self.path, self.text, self.place = path, text, place
        if not isinstance(value, dict):
            raise IngotError(f"{place} is {_shown(value)}; expected {{...}}", where=str(path))
        self.values: dict[str, Any] = {_snake(key): item for key, item in value.items()}

    def error(self, what: str, key: str = "", remedy: str = "") -> IngotError:
        name = self.values.get("name")
        line = _line_of(self.text, name) if isinstance(name, str) else _line_of(self.text, key)
        return IngotError(what, where=f"{self.path}:{line}", remedy=remedy)

    def take(self, key: str, kind: type, *, required: bool = False, default: Any = None) -> Any:
        if key not in self.values:
            if required:
                raise self.error(f"the key '{key}' is missing in {self.place}")
            return default
        value = self.values[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(f"'{key}' of {self.place} is {_shown(value)}; expected {_KINDS[kind]}", key)
        return value

    def child(self, key: str, required: bool = False) -> _Object:
        value = self.take(key, dict, required=required, default={})
        inner = _Object(self.path, self.text, f"{key} of {self.place}", value)
        if "name" in self.values:
            inner.values.setdefault("name", self.values["name"])  # so that messages find the pool's line
        return inner

    def no_typos(self, known: Iterable[str]) -> None:
        """Keys of newer tools pass; a key that nearly is a known one is a mistake."""
        for key in self.values:
            if key not in known and difflib.get_close_matches(key, known, n=1, cutoff=0.8):
                raise self.error(f"unknown key '{key}' in {self.place}", key, did_you_mean(key, known))

    def word(self, key: str, known: tuple[str, ...], default: str) -> str:
        value = str(self.take(key, str, default=default))
        if value not in known:
            raise self.error(f"'{key}' of {self.place} is '{value}'", key, did_you_mean(value, known))
        return value

    def flag(self, key: str, true: str, false: str) -> bool | None:
        """A boolean, or one of two words; None when absent."""
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return value
        if value in (true, false):
            return bool(value == true)
        raise self.error(f"'{key}' of {self.place} is {_shown(value)}; expected {true} or {false}", key)

    def number(self, key: str, default: float | None = None) -> float | None:
        """A finite number that is not negative, also as text."""
        value = self.values.get(key, default)
        if value is None:
            return None
        number = _number(value)
        if number is None:
            raise self.error(f"'{key}' of {self.place} is {_shown(value)}; expected a number", key)
        return number

    def whole(self, key: str, default: int | None = None) -> int | None:
        number = self.number(key, default)
        if number is not None and number != int(number):
            raise self.error(f"'{key}' of {self.place} is {number}; expected a whole number", key)
        return None if number is None else int(number)


_KINDS: dict[type, str] = {list: "a list [...]", dict: "{...}", str: "text"}


def _number(value: Any) -> float | None:
    """int or float of a JSON number or of text such as "0x34000000"; None for anything else or negative."""
    if isinstance(value, str):
        try:
            value = int(value.strip(), 0) if re.match(r"\s*0[xX]", value) else _decimal(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if 0 <= value < float("inf") else None


def _decimal(text: str) -> float:
    stripped = text.strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() else float(stripped)


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _bytes(owner: _Object, key: str) -> int:
    """A {value, magnitude} pair in bytes; also a bare number."""
    value = owner.values.get(key)
    if value is None:
        raise owner.error(f"the key '{key}' is missing in {owner.place}")
    pair = value if isinstance(value, dict) else {"value": value}
    number = _number(pair.get("value"))
    if number is None:
        raise owner.error(f"'{key}' of {owner.place} is {_shown(value)}; expected a number of bytes", key)
    magnitude = pair.get("magnitude", "BYTES")
    if magnitude not in MAGNITUDES:
        remedy = did_you_mean(str(magnitude), MAGNITUDES)
        raise owner.error(f"magnitude of '{key}' of {owner.place} is {_shown(magnitude)}", key, remedy)
    total = number * MAGNITUDES[magnitude]
    if total != int(total):
        raise owner.error(f"'{key}' of {owner.place} is {total} bytes; expected a whole number", key)
    return int(total)


def _pool(item: _Object) -> Pool:
    """One entry of "mempools"."""
    name = item.take("name", str, required=True)
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_ ]*", name):
        raise item.error(f"the name '{name}' of {item.place} is no name", remedy="Use letters, digits and _.")
    item.place = f"pool '{name}'"
    prop = item.child("prop")
    item.no_typos(POOL_KEYS)
    prop.no_typos((*PROP_KEYS, "name"))
    fname = item.take("fname", str, default=name)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", fname):
        raise item.error(f"the fname '{fname}' of {item.place} cannot be part of a file name")
    base, size = _bytes(item, "offset"), _bytes(item, "size")
    file_format = item.word("fformat", FORMATS, "FORMAT_RAW")
    if file_format != "FORMAT_C" and base + size > 1 << 32:
        raise item.error(f"{item.place} ends at 0x{base + size:X}, beyond 32-bit addresses", "size")
    mode = item.word("mode", ("USEMODE_ABSOLUTE", "USEMODE_RELATIVE"), "USEMODE_ABSOLUTE")
    byte_width = prop.whole("byte_width", 8)
    freq_ratio = prop.number("freq_ratio", 1.0)
    assert byte_width is not None and freq_ratio is not None
    return Pool(
        name=name,
        fname=fname,
        base=base or None,
        size=size,
        rights=prop.word("rights", RIGHTS, "ACC_WRITE"),
        throughput=prop.word("throughput", LEVELS, "MID"),
        latency=prop.word("latency", LEVELS, "MID"),
        byte_width=byte_width,
        freq_ratio=float(freq_ratio),
        cacheable=prop.flag("cacheable", "CACHEABLE_ON", "CACHEABLE_OFF"),
        constants_preferred=prop.flag("constants_preferred", "true", "false"),
        read_power=prop.number("read_power"),
        write_power=prop.number("write_power"),
        relative=mode == "USEMODE_RELATIVE",
        file_format=file_format,
        burst_max_length=prop.whole("burst_max_length"),
        burst_penalty=prop.number("burst_penalty"),
        pipelined=prop.flag("pipelined", "PIPELINED_ON", "PIPELINED_OFF"),
        bus_node=item.whole("bus_node"),
    )


def _param(path: Path, text: str, item: Any) -> tuple[str, int]:
    """One entry of "params.param": a named number of bytes."""
    entry = _Object(path, text, "an entry of params", item)
    name = entry.take("paramname", str, required=True)
    return name, _bytes(_Object(path, text, f"param '{name}'", {"amount": item}), "amount")


# ---------------------------------------------------------------- writing


def write_mpool(path: Path, mpool: Mpool) -> bool:
    """Writes strict JSON, the same bytes for the same value. Returns whether the file changed."""
    return write_if_changed(path, mpool_text(mpool))


def mpool_text(mpool: Mpool) -> str:
    """The content of a `.mpool` file, in the spelling of ST's hand-written ones."""
    tree: dict[str, Any] = {}
    if mpool.params:
        tree["params"] = {"param": [{"paramname": name, **_amount(size)} for name, size in mpool.params]}
    memory: dict[str, Any] = {}
    if mpool.cacheinfo:
        memory["cacheinfo"] = [_camel_bus_keys(dict(info)) for info in mpool.cacheinfo]
    memory["mem_file_prefix"] = mpool.prefix
    memory["mempools"] = [_pool_tree(pool) for pool in mpool.pools]
    tree["memory"] = memory
    return json.dumps(tree, indent=2, allow_nan=False) + "\n"


def _pool_tree(pool: Pool) -> dict[str, Any]:
    prop: dict[str, Any] = {
        "rights": pool.rights,
        "throughput": pool.throughput,
        "latency": pool.latency,
        "byteWidth": pool.byte_width,
        "freqRatio": pool.freq_ratio,
        "cacheable": _word(pool.cacheable, "CACHEABLE_ON", "CACHEABLE_OFF"),
        "read_power": pool.read_power,
        "write_power": pool.write_power,
        "constants_preferred": _word(pool.constants_preferred, "true", "false"),
        "burst_max_length": pool.burst_max_length,
        "burst_penalty": pool.burst_penalty,
        "pipelined": _word(pool.pipelined, "PIPELINED_ON", "PIPELINED_OFF"),
    }
    tree: dict[str, Any] = {
        "fname": pool.fname,
        "name": pool.name,
        "fformat": pool.file_format,
        "prop": {key: value for key, value in prop.items() if value is not None},
        "offset": {"value": f"0x{pool.base or 0:08x}", "magnitude": "BYTES"},
        "size": _amount(pool.size),
    }
    if pool.relative:
        tree["mode"] = "USEMODE_RELATIVE"
    if pool.bus_node is not None:
        tree["bus_node"] = pool.bus_node
    return tree


def _word(flag: bool | None, true: str, false: str) -> str | None:
    return None if flag is None else true if flag else false


def _amount(size: int) -> dict[str, str]:
    """Bytes in the largest magnitude below GBYTES that is exact."""
    for magnitude in ("MBYTES", "KBYTES"):
        if size and size % MAGNITUDES[magnitude] == 0:
            return {"value": str(size // MAGNITUDES[magnitude]), "magnitude": magnitude}
    return {"value": str(size), "magnitude": "BYTES"}


def _camel_bus_keys(value: Any) -> Any:
    """Undoes `_snake` for the two keys that are camel case in every file."""
    names = {"byte_width": "byteWidth", "freq_ratio": "freqRatio"}
    if isinstance(value, dict):
        return {names.get(key, key): _camel_bus_keys(item) for key, item in value.items()}
    return [_camel_bus_keys(item) for item in value] if isinstance(value, list) else value


def resized(mpool: Mpool, sizes: Mapping[str, int]) -> Mpool:
    """The same pools with other sizes (bytes) for those named. Raises IngotError for a name it does not have."""
    names = [pool.name for pool in mpool.pools]
    for name in sizes:
        if name not in names:
            raise IngotError(f"there is no pool '{name}'", where=str(mpool.path), remedy=did_you_mean(name, names))
    return replace(mpool, pools=tuple(replace(p, size=sizes.get(p.name, p.size)) for p in mpool.pools))
