"""`compile_model` through the cache.

The key is what the result depends on: the compiler's code, the model's bytes, the pools, the options. Paths are no part
of it, so that every checkout and every shell finds what one of them has compiled.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ingot.cache.store import Store
from ingot.file_names import write_outputs
from ingot.places import cache_dir
from ingot.stamp import code_is_older_than_this_process, code_stamp

if TYPE_CHECKING:
    from ingot.board.mpool import Mpool
    from ingot.compile import CompileOptions
    from ingot.network import Network

SWITCH = "INGOT_COMPILE_CACHE"  # 0: neither read nor written


def store() -> Store:
    """The cache of this user, or of INGOT_CACHE."""
    return Store(cache_dir() / "compiled")


def entry_key(model: Path, pools: Mpool, options: CompileOptions) -> str:
    """64 hex digits. Raises OSError when the model cannot be read."""
    described = asdict(pools) | {"path": pools.path.name, "lines": []}
    parts = [code_stamp(), hashlib.sha256(model.read_bytes()).hexdigest(), model.name, described, asdict(options)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def compile_cached(model: Path, pools: Mpool, folder: Path, options: CompileOptions) -> Network:
    """What `ingot.compile.compile_model` does, from the cache when it holds the result."""
    from ingot.compile import compile_model, output_names
    from ingot.emit.c_info import read_c_info

    if os.environ.get(SWITCH) == "0" or not model.is_file():
        return compile_model(model, pools, folder, options)
    options.check()
    key, names = entry_key(model, pools, options), output_names(options.name, pools)
    files = store().load(key)
    if files is not None and set(files) == set(names.all()):
        write_outputs(folder, files)
        return read_c_info(folder / names.info)
    network = compile_model(model, pools, folder, options)
    if code_is_older_than_this_process():
        store().save(key, {name: (folder / name).read_bytes() for name in names.all()})
    return network
