# SPDX-License-Identifier: Apache-2.0
"""The profile JSON (`--st-neural-art <name>@<file>`) and the .mpool beside it, from the board and the model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.board import Mpool, mpool_text
from ingot.board.mpool import EXTERNAL_FROM, Pool
from ingot.network.version import Version

PROFILE = "ingot"
PROFILE_FILE, POOLS_FILE = "neural_art.json", "board.mpool"
EPOCH_CONTROLLER, ALL_BUFFERS = "--enable-epoch-controller", "--all-buffers-info"

#: Options of the NPU compiler that ST's own applications of that generation use.
_COMMON = ("--native-float", "--cache-maintenance", "--enable-virtual-mem-pools", "--Os", "--Ocache-opt", ALL_BUFFERS)
OPTIONS_2_0 = (*_COMMON, "--optimization 3", "--Omax-ca-pipe 4", "--no-hw-sw-parallelism", EPOCH_CONTROLLER)
OPTIONS_2_1 = (*_COMMON, "-O3", "--mvei", "--Oalt-sched", "--Omax-ca-pipe 4", EPOCH_CONTROLLER)
OPTIONS_3_0 = (*_COMMON, "--optimization 3", "--Oauto-sched", EPOCH_CONTROLLER)


def default_options(version: Version) -> tuple[str, ...]:
    """What a profile says when the model.yaml does not."""
    if version < Version(2, 1):
        return OPTIONS_2_0
    return OPTIONS_2_1 if version < Version(3, 0) else OPTIONS_3_0


def profile_options(version: Version, wanted: str | None, reloc: bool) -> tuple[str, ...]:
    """The options of the profile. wanted: the model.yaml's, None for the defaults. reloc: a relocatable image needs
    the table of all buffers, whatever else was asked for."""
    options = default_options(version) if wanted is None else tuple(wanted.split(" --"))
    options = tuple(o if o.startswith("-") else f"--{o}" for o in (part.strip() for part in options) if o)
    if reloc and ALL_BUFFERS not in options:
        options = (*options, ALL_BUFFERS)
    return options


def profile_text(options: Sequence[str]) -> str:
    """The JSON; strict, paths relative to it."""
    profile = {"memory_pool": POOLS_FILE, "options": " ".join(options)}
    return json.dumps({"Globals": {}, "Profiles": {PROFILE: profile}}, indent=2) + "\n"


def pools_text(mpool: Mpool, reloc: bool) -> str:
    """The board's pools in ST's format. reloc: the weights' pool and external activations are USEMODE_RELATIVE.

    Initializers are always asked for as raw files, which later stages read; each gets its .hex from them.
    """
    wanted = relative_pools(mpool) if reloc else mpool
    pools = tuple(replace(pool, file_format="FORMAT_RAW") for pool in wanted.pools)
    return mpool_text(replace(wanted, pools=pools))


def relative_pools(mpool: Mpool) -> Mpool:
    """External pools relative: ST's loader takes one read-only and one writable such pool, no more.

    Of several the largest stays, and the others are disabled. Raises IngotError when there is no read-only one.
    """
    external = [p for p in mpool.enabled if p.base is not None and p.base >= EXTERNAL_FROM]
    chosen: list[Pool] = []
    for writable in (False, True):
        group = [pool for pool in external if pool.writable == writable]
        if group:
            chosen.append(max(group, key=lambda pool: pool.size))
    if not any(not pool.writable for pool in chosen):
        raise IngotError(
            "a relocatable image needs an external read-only pool for the weights",
            where=str(mpool.path),
            remedy='Give the flash pool "rights": "ACC_READ".',
        )

    def changed(pool: Pool) -> Pool:
        if pool in chosen:
            return replace(pool, relative=True)
        return replace(pool, size=0) if pool in external else pool

    return replace(mpool, pools=tuple(changed(pool) for pool in mpool.pools))


def write_profile(folder: Path, mpool: Mpool, options: Sequence[str], reloc: bool) -> str:
    """Writes both files into the work folder; returns the argument of --st-neural-art."""
    (folder / POOLS_FILE).write_text(pools_text(mpool, reloc), encoding="utf-8")
    (folder / PROFILE_FILE).write_text(profile_text(options), encoding="utf-8")
    return f"{PROFILE}@{PROFILE_FILE}"
