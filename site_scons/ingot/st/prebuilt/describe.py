# SPDX-License-Identifier: Apache-2.0
"""The Network in a folder or zip of ST's output: from its c_info file, else from the text of its network.c."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ingot.base.errors import IngotError
from ingot.base.untrusted import load_json
from ingot.network.c_info import parse_c_info, validate_c_info
from ingot.network.c_info_writing import render_c_info
from ingot.network.types import Initializer, Network, NetworkPool
from ingot.st.prebuilt.initializer_files import initializer_bytes, initializer_of
from ingot.st.prebuilt.leniency import one_spelling
from ingot.st.prebuilt.network_c import NetworkSource, parse_network_c
from ingot.st.prebuilt.output import REMEDY, StOutput, info_name
from ingot.st.prebuilt.source_network import network_of_source
from ingot.st.prebuilt.usage import activation_bytes, pool_usage


@dataclass(frozen=True)
class Described:
    """network: the description. document: ST's c_info file as JSON, None without one. source: what network.c says.

    built: the description that network.c alone amounts to, None where it is not there or has no comments about pools.
    """

    network: Network
    document: dict[str, Any] | None
    source: NetworkSource | None
    built: Network | None


def describe_output(output: StOutput, compiler: str = "prebuilt") -> Described:
    """Reads what is there. Raises IngotError when there is no network, or its description is damaged."""
    name = output.prefix
    where = output.where(f"{name}.c")
    source = _source(output, f"{name}.c") if f"{name}.c" in output else None
    built = network_of_source(source, where) if source is not None and source.pools else None
    info = info_name(output, name)
    if info is not None:
        document = _document(output, info)
        network = parse_c_info(document)
        _check_places(document, network, output.where(info))
        if not network.peak:
            network = replace(network, peak=activation_bytes(network.pools, network.buffers))
    elif built is not None:
        document = None
        network = built
    else:
        remedy = f"Add {name}_c_info.json of the same run of the tool."
        raise IngotError("the file has no comments about memory pools", where=where, remedy=remedy)
    network = replace(network, compiler=compiler)
    if source is not None:
        network = replace(network, name=source.name or network.name, notes=tuple(_source_notes(source)))
    pools = pool_usage(network)
    initializers = _initializers(network, pools, output)
    if document is None:  # a network.c lists not every constant, its initializer has them all
        sizes = {item.pool: item.size for item in initializers}
        pools = tuple(replace(pool, used=max(pool.used, sizes.get(pool.name, 0))) for pool in pools)
    return Described(replace(network, pools=pools, initializers=initializers), document, source, built)


def _source(output: StOutput, file: str) -> NetworkSource:
    try:
        return parse_network_c(output.text(file))
    except (ValueError, IndexError, KeyError) as error:
        what = f"the file is damaged: {error}"
        raise IngotError(what, where=output.where(file), remedy="Take it again from where it was generated.") from None


def _document(output: StOutput, info: str) -> dict[str, Any]:
    document = one_spelling(load_json(output.text(info).encode(), output.where(info)))
    validate_c_info(document, output.where(info))
    try:
        parse_c_info(document)
    except IngotError as error:
        raise IngotError(error.what, where=output.where(info), remedy=REMEDY) from None
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        what = f"the description of the network is inconsistent: {type(error).__name__} {error}"
        raise IngotError(what, where=output.where(info)) from None
    result: dict[str, Any] = document
    return result


def _check_places(document: dict[str, Any], network: Network, where: str) -> None:
    """Raises IngotError for a buffer in a pool that is not listed, or past its pool's end. One that the application
    allocates has no pool, or one that says so."""
    pools = {pool["id"]: pool for pool in document["memory_pools"]}
    for entry, buffer in zip(document["buffers"], network.buffers, strict=True):
        number, end = entry.get("mpool_id") or 0, buffer.offset + buffer.size
        size = pools.get(number, {}).get("size_bytes", 0)  # below 0 for what is as large as it needs to be
        if number > 0 and number not in pools:
            what = f"buffer '{buffer.name}' lies in memory pool {number}, which the file does not list"
        elif buffer.pool and 0 <= size < end:
            what = f"buffer '{buffer.name}' ends at byte {end:,} of pool '{buffer.pool}', which has {size:,}"
        else:
            continue
        raise IngotError(what, where=where, remedy="Take the file again from where it was generated.")


def _source_notes(source: NetworkSource) -> Iterable[str]:
    if source.version is not None:
        yield f"network.c wants LL_ATON {source.version}"
    blobs = sum(block.kind == "EC" for block in source.blocks)
    if blobs:
        yield f"{blobs} epoch controller blobs"


def render_description(described: Described) -> str:
    """network_c_info.json for the later stages: ST's document with what it cannot say added, or one of ours."""
    network = described.network
    if described.document is None:
        return render_c_info(network)
    own = {
        "version": 1,
        "c_name": network.name,
        "compiler": network.compiler,
        "model": network.model,
        "model_sha256": network.model_sha256,
        "stand_in": network.stand_in,
        "notes": list(network.notes),
        "initializers": [
            {"pool": i.pool, "file": i.file, "address": i.address, "size": i.size, "crc32": i.crc32}
            for i in network.initializers
        ],
    }
    return json.dumps(described.document | {"ingot": own}, indent=1, sort_keys=True) + "\n"


def _initializers(network: Network, pools: Iterable[NetworkPool], output: StOutput) -> tuple[Initializer, ...]:
    """One for each real pool with parameters; size and CRC of the file where it is there, else what the pool needs.

    A file is the pool's bytes from its base on, whatever the lowest parameter's offset is (an empty stretch at the
    start of a pool is in the file, as zeros). CPU targets have parameters in C arrays, which are no files.
    """
    ends: dict[str, int] = {}
    for buffer in network.buffers:
        if buffer.role == "param":
            ends[buffer.pool] = max(ends.get(buffer.pool, 0), buffer.offset + buffer.size)
    chosen = [pool for pool in pools if pool.name in ends and not pool.virtual and pool.fname]
    result = []
    for pool in chosen:
        item = initializer_of(output, pool.fname, only=len(chosen) == 1)
        data = initializer_bytes(output, item, pool.base) if item is not None else None
        size, crc = (len(data), zlib.crc32(data)) if data is not None else (ends[pool.name], 0)
        file = item.written if item is not None else f"{output.prefix}_atonbuf.{pool.fname}.raw"
        result.append(Initializer(pool.name, file, pool.base, size, crc))
    return tuple(result)
