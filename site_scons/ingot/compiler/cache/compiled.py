# SPDX-License-Identifier: Apache-2.0
"""`compile_model` through the cache.

The key is what the result depends on: the compiler's code and the libraries it computes with, the model's bytes, the
pools, the options. Paths are no part of it, so that every checkout and every shell finds what one of them has compiled.
No program of the machine takes part, a C compiler neither. The model was read once: key and result are of the same
bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ingot.base.errors import IngotError
from ingot.base.file_names import write_outputs
from ingot.base.places import cache_dir
from ingot.base.stamp import code_is_older_than_this_process, code_stamp, library_versions
from ingot.compiler.cache.shared import shared_store
from ingot.compiler.cache.store import Store

if TYPE_CHECKING:
    from ingot.board.mpool import Mpool
    from ingot.compiler.compile import CompileOptions
    from ingot.compiler.offload import Offload
    from ingot.model.model_file import ModelFile
    from ingot.network.types import Network

SWITCH = "INGOT_COMPILE_CACHE"  # 0: neither read nor written


def store() -> Store:
    """The cache of this user, or of INGOT_CACHE."""
    return Store(cache_dir() / "compiled")


def entry_key(model: ModelFile, pools: Mpool, options: CompileOptions, offload: Offload | None = None) -> str:
    """64 hex digits."""
    parts = [
        code_stamp(),
        library_versions(),
        model.sha256,
        model.name,
        asdict(pools) | {"path": pools.path.name, "lines": []},
        asdict(options),
        list(offload.key()) if offload else [],
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def compile_cached(
    model: ModelFile, pools: Mpool, folder: Path, options: CompileOptions, offload: Offload | None = None
) -> Network:
    """What `ingot.compiler.compile.compile_model` does, from the cache when it holds the result.

    offload: see compile_file; what it does follows from pools, options and its key.
    """
    from ingot.compiler.compile import compile_file
    from ingot.compiler.output_names import output_names
    from ingot.network.c_info import decode_c_info

    if os.environ.get(SWITCH) == "0":
        outputs = compile_file(model, pools, options, offload)
        outputs.write(folder)
        return outputs.network
    options.check()
    key, names = entry_key(model, pools, options, offload), output_names(options.name, pools)
    files = _load(key)
    if files is not None and set(files) == set(names.all()):
        with contextlib.suppress(IngotError):  # an entry that nobody's compiler wrote: compile again
            network = decode_c_info(files[names.info], str(folder / names.info))
            write_outputs(folder, files)
            return network
    outputs = compile_file(model, pools, options, offload)
    outputs.write(folder)
    if code_is_older_than_this_process():
        store().save(key, outputs.files)
        if shared := shared_store():
            shared.save(key, outputs.files)
    return outputs.network


def _load(key: str) -> dict[str, bytes] | None:
    """Of this machine's store, else of the shared one, whose entry is then kept here."""
    files = store().load(key)
    if files is None and (shared := shared_store()) and (files := shared.load(key)) is not None:
        store().save(key, files)
    return files
