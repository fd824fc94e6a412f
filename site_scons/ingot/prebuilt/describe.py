"""The Network in a folder or zip of ST's output: from its c_info file, else from the text of its network.c."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ingot.emit.c_info import parse_c_info, render_c_info, validate_c_info
from ingot.errors import IngotError
from ingot.network import Initializer, Network, NetworkBuffer, NetworkEpoch, NetworkPool
from ingot.prebuilt.leniency import one_spelling
from ingot.prebuilt.network_c import NetworkSource, SourceBuffer, SourcePool, parse_network_c
from ingot.prebuilt.output import REMEDY, StOutput, info_name, network_name


@dataclass(frozen=True)
class Described:
    """network: the description. document: ST's c_info file as JSON, None without one. source: what network.c says."""

    network: Network
    document: dict[str, Any] | None
    source: NetworkSource | None


def describe_output(output: StOutput, compiler: str = "prebuilt") -> Described:
    """Reads what is there. Raises IngotError when there is no network, or its description is damaged."""
    name = network_name(output)
    source = _source(output, f"{name}.c") if f"{name}.c" in output else None
    info = info_name(output, name)
    if info is not None:
        document = _document(output, info)
        network = parse_c_info(document)
    elif source is not None and source.pools:
        document = None
        network = network_of_source(source)
    else:
        where = output.where(f"{name}.c")
        remedy = f"Add {name}_c_info.json of the same run of the tool."
        raise IngotError("the file has no comments about memory pools", where=where, remedy=remedy)
    network = replace(network, compiler=compiler)
    if source is not None:
        network = replace(network, notes=tuple(_source_notes(source)))
    pools = pool_usage(network)
    initializers = _initializers(network, pools, output)
    if document is None:  # a network.c lists not every constant, its initializer has them all
        sizes = {item.pool: item.size for item in initializers}
        pools = tuple(replace(pool, used=max(pool.used, sizes.get(pool.name, 0))) for pool in pools)
    return Described(replace(network, pools=pools, initializers=initializers), document, source)


def _source(output: StOutput, file: str) -> NetworkSource:
    try:
        return parse_network_c(output.text(file))
    except (ValueError, IndexError, KeyError) as error:
        what = f"the file is damaged: {error}"
        raise IngotError(what, where=output.where(file), remedy="Take it again from where it was generated.") from None


def _document(output: StOutput, info: str) -> dict[str, Any]:
    try:
        document = one_spelling(json.loads(output.text(info)))
    except (json.JSONDecodeError, RecursionError) as error:
        raise IngotError(f"not a JSON file: {error}", where=output.where(info)) from None
    validate_c_info(document, output.where(info))
    try:
        parse_c_info(document)
    except IngotError as error:
        raise IngotError(error.what, where=output.where(info), remedy=REMEDY) from None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        what = f"the description of the network is inconsistent: {type(error).__name__} {error}"
        raise IngotError(what, where=output.where(info)) from None
    result: dict[str, Any] = document
    return result


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


# ---- network.c alone ----


def network_of_source(source: NetworkSource) -> Network:
    """The description that the comments and tables of a network.c amount to.

    It lacks what only c_info has: how long a buffer lives (the epoch that writes it is given twice), MACs, the model.
    """
    pools = tuple(_pool(pool, source.pools) for pool in source.pools)
    buffers = list(_buffers(source))
    return Network(
        name=source.name,
        model=_model_name(source),
        model_sha256="",
        compiler="prebuilt",
        compiler_version=source.description or str(source.version or ""),
        pools=pools,
        buffers=tuple(buffers),
        epochs=tuple(_epochs(source)),
        layers=(),
        initializers=(),
        peak=_peak(buffers),
    )


def _model_name(source: NetworkSource) -> str:
    stem = source.options.get("onnx-input", source.name).replace("\\", "/").rsplit("/", 1)[-1]
    return stem.removesuffix(".onnx").split("_OE_")[0]


def _pool(pool: SourcePool, pools: Iterable[SourcePool]) -> NetworkPool:
    return NetworkPool(
        name=pool.name,
        fname="" if pool.virtual else pool.postfix,
        base=pool.base,
        size=pool.size,
        used=0,
        rights="ACC_WRITE" if pool.writable else "ACC_READ",
        score=pool.score,
        cacheable=pool.cacheable,
        relative=pool.relative,
        subpools=tuple(_members(pool, pools)) if pool.virtual else (),
    )


def _members(pool: SourcePool, pools: Iterable[SourcePool]) -> list[str]:
    """The real pools inside a virtual one, lowest address first."""
    start = pool.base or 0
    inside = [
        (p.base, p.name)
        for p in pools
        if not p.virtual and p.size and p.base is not None and start <= p.base < start + pool.size
    ]
    return [name for _, name in sorted(inside)]


def _buffers(source: NetworkSource) -> Iterable[NetworkBuffer]:
    """Inputs, outputs, then the rest; a buffer that is listed twice counts as input or output.

    ST lists parameters in the table of inputs.
    """
    order = {"input": 0, "output": 1, "internal": 2}
    seen: set[tuple[str, int | None, int]] = set()
    for buffer in sorted(source.buffers, key=lambda item: order[item.kind]):
        key = (buffer.name, buffer.base, buffer.offset)
        if key in seen:
            continue
        seen.add(key)
        role = "param" if buffer.param else "activation" if buffer.kind == "internal" else buffer.kind
        yield NetworkBuffer(
            name=buffer.name,
            pool="" if buffer.user else _pool_name(buffer, source.pools),
            offset=0 if buffer.user else buffer.offset,
            size=buffer.end - buffer.offset,
            shape=buffer.shape,
            dtype=buffer.dtype,
            role=role,
            epochs=(buffer.epoch, buffer.epoch),
            scale=buffer.scale,
            zero_point=buffer.zero_point,
        )


def _pool_name(buffer: SourceBuffer, pools: Iterable[SourcePool]) -> str:
    """The pool that a base address (or label) means: of two at one address, the smaller that holds the buffer."""
    if buffer.base is None:
        for pool in pools:
            if pool.relative and f"_mem_pool_{pool.postfix}_" in buffer.label:
                return pool.name
        return ""
    at = [p for p in pools if p.base == buffer.base and p.size]
    holding = [p for p in at if buffer.end <= p.size] or at
    return min(holding, key=lambda p: (p.virtual, p.size)).name if holding else ""


def _epochs(source: NetworkSource) -> Iterable[NetworkEpoch]:
    for block in source.blocks:
        for number in range(block.first, block.last + 1):
            kernels = source.kinds.get(number, ())
            why = ", ".join(dict.fromkeys(kernels)) if block.kind == "SW" else ""
            yield NetworkEpoch(number, "SW" if block.kind == "SW" else "EC", kernels, 0, why=why)


def _peak(buffers: Iterable[NetworkBuffer]) -> int:
    """Bytes of activations: extents from the lowest used byte of each base address."""
    ends: dict[str, int] = {}
    for buffer in buffers:
        if buffer.role != "param" and buffer.pool:
            ends[buffer.pool] = max(ends.get(buffer.pool, 0), buffer.offset + buffer.size)
    return sum(ends.values())


# ---- both ----


def pool_usage(network: Network) -> tuple[NetworkPool, ...]:
    """The pools with `start` and `used` from the buffers. A buffer in a virtual pool takes bytes of the real ones.

    A real pool's stated use is kept where it is more: c_info may leave buffers out. The sum over real pools counts no
    byte twice; a virtual pool's own figure is its extent.
    """
    spans: dict[str, tuple[int, int]] = {}
    by_name = {pool.name: pool for pool in network.pools}
    for buffer in network.buffers:
        pool = by_name.get(buffer.pool)
        if pool is None or not buffer.size:
            continue
        for name, start, end in _pieces(pool, buffer, by_name):
            low, high = spans.get(name, (start, end))
            spans[name] = (min(low, start), max(high, end))
    result = []
    for pool in network.pools:
        start, end = spans.get(pool.name, (0, 0))
        used = max(pool.used, end)
        result.append(replace(pool, start=start if pool.name in spans else 0, used=used))
    return tuple(result)


def _pieces(
    pool: NetworkPool, buffer: NetworkBuffer, pools: Mapping[str, NetworkPool]
) -> Iterable[tuple[str, int, int]]:
    """(pool, first offset, end) of a buffer in its pool, and of its part in each real pool below a virtual one."""
    yield pool.name, buffer.offset, buffer.offset + buffer.size
    if pool.base is None:
        return
    start = pool.base + buffer.offset
    for name in pool.subpools:
        member = pools.get(name)
        if member is None or member.base is None:
            continue
        low, high = max(start, member.base), min(start + buffer.size, member.base + member.size)
        if low < high:
            yield name, low - member.base, high - member.base


def _initializers(network: Network, pools: Iterable[NetworkPool], output: StOutput) -> tuple[Initializer, ...]:
    """One for each real pool with parameters; size and CRC of the file where it is there, else what the pool needs.

    A file is the pool's bytes from its base on, whatever the lowest parameter's offset is (an empty stretch at the
    start of a pool is in the file, as zeros). CPU targets have parameters in C arrays, which are no files.
    """
    result = []
    for pool in pools:
        ends = [b.offset + b.size for b in network.buffers if b.pool == pool.name and b.role == "param"]
        if not ends or pool.virtual or not pool.fname:
            continue
        file = raw_name(output, network.name, pool.fname)
        data = output.read(file) if file in output else None
        size, crc = (len(data), zlib.crc32(data)) if data is not None else (max(ends), 0)
        result.append(Initializer(pool.name, file, pool.base, size, crc))
    return tuple(result)


def raw_name(output: StOutput, network: str, postfix: str) -> str:
    """The initializer of a pool: `<network>_<prefix>.<postfix>.raw`; ST's scripts also rename it to .bin."""
    named = [name for name in output.raws() if name.split(".")[-2] == postfix]
    for name in sorted(named, key=lambda name: not name.startswith(f"{network}_")):
        if name.startswith(f"{network}_") or name.endswith(".bin"):
            return name
    return f"{network}_atonbuf.{postfix}.raw"
