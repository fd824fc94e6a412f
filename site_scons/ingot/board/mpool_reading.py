# SPDX-License-Identifier: Apache-2.0
"""Reading `.mpool` files, leniently.

Trailing commas, comments and unquoted keys (JSON5); both spellings of keys (`mem_file_prefix`, `memFilePrefix`);
numbers as text or as numbers, hexadecimal or decimal, in BYTES, KBYTES, MBYTES or GBYTES (powers of 1024); flags as
text or as booleans; `mode` optional; the short pool lists of STM32H7 packages (name, prop, size, offset only).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.base.untrusted import DEEPEST, decode_text, is_deep, read_bounded
from ingot.board.lenient_json import JsonObject, bytes_of, parse_json, shown, snake_keys
from ingot.board.mpool import PREFIX_OF_ST, Mpool, Pool

MOST_POOLS = 64
RIGHTS = ("ACC_READ", "ACC_WRITE")
LEVELS = ("LOW", "MID", "HIGH")
FORMATS = ("FORMAT_RAW", "FORMAT_HEX", "FORMAT_C")
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


def read_mpool(path: Path) -> Mpool:
    """Reads a `.mpool` file. Raises IngotError at file:line:column for anything that is not a list of pools."""
    text = decode_text(read_bounded(path, "mpool"), str(path))
    if not text.strip():
        raise IngotError("the file is empty", where=str(path))
    try:
        root = parse_json(path, text)
    except RecursionError as error:
        raise IngotError("not valid JSON: nested too deeply", where=str(path)) from error
    if is_deep(root):
        raise IngotError(f"not usable: more than {DEEPEST} lists in each other", where=str(path))
    top = JsonObject(path, text, "the file", root)
    memory = top.child("memory", required=True)
    listed = memory.take("mempools", list, required=True)
    if len(listed) > MOST_POOLS:
        raise memory.error(f"{len(listed):,} mempools; expected at most {MOST_POOLS}", "mempools")
    pools = tuple(_pool(JsonObject(path, text, f"pool {number}", item)) for number, item in enumerate(listed))
    params = tuple(_param(path, text, item) for item in top.child("params").take("param", list, default=[]))
    cacheinfo = memory.take("cacheinfo", list, default=[])
    return Mpool(
        pools=pools,
        prefix=_prefix(memory),
        params=params,
        cacheinfo=tuple(snake_keys(JsonObject(path, text, "cacheinfo", item).values) for item in cacheinfo),
        path=path,
        lines=_pool_lines(text, pools),
    )


def _prefix(memory: JsonObject) -> str:
    """The middle part of initializer names. Raises IngotError for one that could lead to another folder."""
    prefix = str(memory.take("mem_file_prefix", str, default=PREFIX_OF_ST))
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*", prefix):
        key = next((key for key in ("mem_file_prefix", "memFilePrefix") if f'"{key}"' in memory.text), "")
        raise memory.error(
            f"mem_file_prefix is {shown(prefix)}, which cannot be part of a file name",
            key,
            remedy=f"Use letters, digits, '_', '-' and '.'; ST's files have '{PREFIX_OF_ST}'.",
        )
    return prefix


#: A pool's name in its object.
_NAME = re.compile(r"""["']?\bname["']?\s*:\s*["']([^"']*)["']""")


def _pool_lines(text: str, pools: Iterable[Pool]) -> tuple[int, ...]:
    """Line on which each pool's name stands; pools come in the order of the file."""
    found = [(match[1], match.end()) for match in _NAME.finditer(text)]
    lines: list[int] = []
    for pool in pools:
        place = next((number for number, (name, _) in enumerate(found) if name == pool.name), None)
        end = found[place][1] if place is not None else 0
        found = found[place + 1 :] if place is not None else found
        lines.append(text.count("\n", 0, end) + 1)
    return tuple(lines)


def _pool(item: JsonObject) -> Pool:
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
    base, size = bytes_of(item, "offset"), bytes_of(item, "size")
    file_format = item.word("fformat", FORMATS, "FORMAT_RAW")
    if file_format != "FORMAT_C" and base + size > 1 << 32:
        raise item.error(f"{item.place} ends at 0x{base + size:X}, beyond 32-bit addresses", "size")
    mode = item.word("mode", ("USEMODE_ABSOLUTE", "USEMODE_RELATIVE"), "USEMODE_ABSOLUTE")
    byte_width = prop.whole("byte_width", 8)
    freq_ratio = prop.number("freq_ratio", 1.0)
    if byte_width is None or freq_ratio is None:
        key = "byte_width" if byte_width is None else "freq_ratio"
        raise item.error(f"{key} of {item.place} is no number")
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
    entry = JsonObject(path, text, "an entry of params", item)
    name = entry.take("paramname", str, required=True)
    return name, bytes_of(JsonObject(path, text, f"param '{name}'", {"amount": item}), "amount")
