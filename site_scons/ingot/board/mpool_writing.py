# SPDX-License-Identifier: Apache-2.0
"""Writing `.mpool` files: strict JSON in the spelling of ST's hand-written ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingot.base.files import write_if_changed
from ingot.board.lenient_json import MAGNITUDES
from ingot.board.mpool import Mpool, Pool


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
