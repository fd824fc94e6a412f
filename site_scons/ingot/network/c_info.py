# SPDX-License-Identifier: Apache-2.0
"""Reading network_c_info.json, ours or one of ST's tools: ST's schema 2.0, plus our key "ingot".

A dozen steps of a build read the same file: Ingot's cache keeps the hash of what fitted the schema, so that the first
one alone imports the schema library.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from ingot.base.errors import DamagedFile, IngotError
from ingot.base.files import write_if_changed
from ingot.base.places import cache_dir
from ingot.base.untrusted import load_json, read_bounded
from ingot.model.kinds_of_file import TFLITE
from ingot.network.detection import detection_of
from ingot.network.stai_format import from_stai
from ingot.network.types import Estimate, Initializer, Network, NetworkBuffer, NetworkEpoch, NetworkLayer, NetworkPool

_SCHEMA = Path(__file__).with_name("c_info.schema.json")


def read_c_info(path: Path) -> Network:
    """The description in a c_info file of ours or of ST's tools (schema 2.0). Raises IngotError naming file and key.

    What ST's file does not say is left at its default: layers, rings, CRCs of initializers, the lower bound.
    """
    content = read_bounded(path, "json", "cannot read the network's description")
    try:
        return decode_c_info(content, str(path))
    except IngotError as error:
        raise DamagedFile(error.what, path, where=error.where, remedy=error.remedy) from None


def decode_c_info(content: bytes, where: str) -> Network:
    """The description in the content of a c_info file. where: how messages call the file. Raises IngotError."""
    document = load_json(content, where, "Generate the network again.")
    validate_c_info(document, where)
    try:
        return parse_c_info(document)
    except IngotError as error:
        raise IngotError(error.what, where=where, remedy="Generate the network again.") from None
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        what = f"the description of the network is inconsistent: {type(error).__name__} {error}"
        raise IngotError(what, where=where, remedy="Generate the network again.") from None


def validate_c_info(document: Any, where: str) -> None:
    """Raises IngotError when a key that Ingot needs is missing or of another type."""
    rules = _SCHEMA.read_bytes()
    kept = cache_dir() / "c_info" / hashlib.sha256(rules + b"\0" + json.dumps(document).encode()).hexdigest()
    if not kept.is_file():
        _check(json.loads(rules), document, where)
        with suppress(OSError):  # a cache that cannot be written only costs time
            write_if_changed(kept, "")


def _check(schema: Any, document: Any, where: str) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    error = best_match(Draft202012Validator(schema).iter_errors(document))
    if error is not None:
        place = ".".join(str(part) for part in error.absolute_path) or "the top level"
        raise IngotError(
            f"{error.message} at {place}",
            where=where,
            remedy="This must be a c_info file of schema 2.0 (ST Edge AI Core 2.0 or later, or Ingot).",
        )


def parse_c_info(document: dict[str, Any]) -> Network:
    """The description in a validated c_info document."""
    own = document.get("ingot", {})
    pools_json = [p for p in document["memory_pools"] if not p.get("user_allocated")]
    pool_names = {p["id"]: p["name"] for p in pools_json}
    buffers = _read_buffers(document, pool_names, own.get("buffers", []))
    pools = _read_pools(pools_json, pool_names, own.get("pool_starts", []), buffers)
    # Up to ST Edge AI 2.2 the name there is that of the files, not of the C functions.
    name = own.get("c_name") or document["environment"]["generated_model"]["name"]
    tool: dict[str, Any] = next(iter(document["environment"].get("tools", [])), {})
    model = tool.get("input_model", {})
    return Network(
        name=name,
        model=own.get("model") or model.get("name", name),
        model_sha256=own.get("model_sha256", ""),
        compiler=own.get("compiler", "stedgeai"),
        compiler_version=tool.get("version", ""),
        pools=pools,
        buffers=buffers,
        epochs=_read_epochs(
            document["graphs"][0]["nodes"],
            own.get("epochs", []),
            {entry["id"]: n for n, entry in enumerate(document["buffers"])},
        ),
        layers=_read_layers(document, own, buffers),
        initializers=_read_initializers(name, pools, buffers, pools_json, own),
        peak=own.get("peak", document.get("memory_footprint", {}).get("activations") or 0),
        lower_bound=own.get("lower_bound", 0),
        unfused_peak=own.get("unfused_peak", 0),
        stand_in=own.get("stand_in", False),
        layout_id=own.get("layout_id", ""),
        source_sha256=own.get("source_sha256", ""),
        options=str(tool.get("arguments") or ""),
        kernels=tuple(own.get("kernels", [])),
        notes=tuple(own.get("notes", [])),
        io_layout=own.get("io_layout", ""),
        stack_arrays=tuple(sorted(own.get("stack_arrays", {}).items())),
        beside=tuple(own.get("beside", [])),
        in_turn=tuple(own.get("in_turn", [])),
        detection=detection_of(own.get("detection")),
        model_format=str(model.get("type") or TFLITE),
    )


def _read_pools(
    pools: list[dict[str, Any]], names: dict[int, str], starts: list[int], buffers: tuple[NetworkBuffer, ...]
) -> tuple[NetworkPool, ...]:
    result = []
    for position, pool in enumerate(pools):
        address = str(pool.get("address") or "")
        relative = not address.isdigit()
        base = (pool.get("offset_start") or None) if relative else int(address)
        lowest = min((b.offset for b in buffers if b.pool == pool["name"]), default=0)
        result.append(
            NetworkPool(
                name=pool["name"],
                fname=pool_file_postfix(pool.get("fname", "")),
                base=base,
                # CPU targets say -1 for a heap or array that is as large as it needs to be.
                size=pool.get("used_size_bytes", 0) if pool.get("size_bytes", 0) < 0 else pool.get("size_bytes", 0),
                used=pool.get("used_size_bytes", 0),
                rights=pool.get("rights", "ACC_WRITE"),
                score=pool.get("attributes", {}).get("score", 0),
                cacheable=pool.get("cacheable") == "CACHEABLE_ON",
                relative=relative,
                subpools=tuple(_pool_name(entry, names) for entry in pool.get("subpools", [])),
                start=starts[position] if position < len(starts) else lowest,
            )
        )
    return tuple(result)


def pool_file_postfix(fname: str) -> str:
    """The postfix of an initializer in c_info's form: `atonbuf.xSPI2.raw` is xSPI2."""
    parts = fname.split(".")
    return parts[-2] if len(parts) >= 3 else fname


def _pool_name(entry: Any, names: dict[int, str]) -> str:
    return names.get(entry, str(entry)) if isinstance(entry, int) else str(entry)


def _read_buffers(
    document: dict[str, Any], pools: dict[int, str], extras: list[dict[str, Any]]
) -> tuple[NetworkBuffer, ...]:
    graph = document["graphs"][0]
    inputs, outputs = set(graph.get("inputs", [])), set(graph.get("outputs", []))
    result = []
    for position, buffer in enumerate(document["buffers"]):
        extra = extras[position] if position < len(extras) else {}
        role = "activation"
        if buffer["id"] in inputs:
            role = "input"
        elif buffer["id"] in outputs:
            role = "output"
        elif buffer.get("is_param"):
            role = "param"
        quant = buffer.get("intq") or {}
        lifetime = buffer.get("epochs") or {}
        result.append(
            NetworkBuffer(
                name=buffer["name"],
                pool=pools.get(buffer.get("mpool_id", 0), ""),
                offset=buffer.get("offset_start", 0),
                size=buffer["size_bytes"],
                shape=memory_shape(buffer, bool(extras)),
                dtype=from_stai(buffer.get("format", ""), buffer.get("nbits", 8)),
                role=extra.get("role", role),
                epochs=(lifetime.get("start", 0), lifetime.get("end", 0)),
                scale=tuple(float(value) for value in quant.get("scales", [])),
                zero_point=tuple(int(value) for value in quant.get("offsets", [])),
                ring_rows=extra.get("ring_rows", 0),
            )
        )
    return tuple(result)


def memory_shape(buffer: dict[str, Any], own: bool = False) -> tuple[int, ...]:
    """The shape in the order of memory, batch first. own: the file is Ingot's, where shapes are in that order.

    ST's NPU compiler gives (batch, channels, height, width) and says whether memory has channels last; its CPU compiler
    leaves the batch out and names the axes.
    """
    shape = tuple(buffer.get("shape", []))
    if own:
        return shape
    if buffer.get("shape_map") and "BATCH" not in buffer["shape_map"]:
        return (int(buffer.get("batch") or 1), *shape)
    if len(shape) == 4 and buffer.get("channel_last") and not buffer.get("channel_first"):
        return (shape[0], shape[2], shape[3], shape[1])
    return shape


def _read_epochs(
    nodes: list[dict[str, Any]], extras: list[dict[str, Any]], order: dict[int, int]
) -> tuple[NetworkEpoch, ...]:
    """The epochs: nodes named epoch_<n>. A CPU target has none; there every node is one, in order.

    order: positions of buffers by the file's numbers.
    """
    result: list[NetworkEpoch] = []
    named = any(node["name"].startswith("epoch_") for node in nodes)
    for position, node in enumerate(nodes, 1):
        prefix, _, number = node["name"].rpartition("_") if named else ("epoch", "", str(position))
        if prefix != "epoch" or not number.isdigit() or node.get("mapping") == "NODE_NO_X":
            continue
        extra = extras[len(result)] if len(result) < len(extras) else {}
        software = node.get("mapping", "").startswith("NODE_SW") and "HW" not in node.get("mapping", "")
        children = node.get("subgraph_nodes", [])
        kernels = node.get("sw_functions") or [child.get("type") or child.get("description", "") for child in children]
        if not kernels and not named:
            kernels = [node.get("type") or node.get("description") or node["name"]]
        result.append(
            NetworkEpoch(
                number=int(number),
                kind=extra.get("kind", "SW" if software else "EC"),
                kernels=tuple(kernels),
                macs=node.get("macc", 0),
                layers=tuple(extra.get("layers", [])),
                why=extra.get("why", ", ".join(dict.fromkeys(k for k in kernels if k)) if software else ""),
                rings=tuple(extra.get("rings", [])),
                reads=tuple(order[i] for i in node.get("inputs", []) if i in order),
                writes=tuple(order[i] for i in node.get("outputs", []) if i in order),
                estimate=Estimate(times["npu_ns"], times["cpu_ns"]) if (times := extra.get("estimate")) else None,
            )
        )
    return tuple(result)


def _read_layers(
    document: dict[str, Any], own: dict[str, Any], buffers: tuple[NetworkBuffer, ...]
) -> tuple[NetworkLayer, ...]:
    """Ours are listed; ST's are the nodes inside epochs (or the nodes), without the constants."""
    if "layers" in own:
        return tuple(_read_layer(layer) for layer in own["layers"])
    by_id = {entry["id"]: buffer for entry, buffer in zip(document["buffers"], buffers, strict=True)}
    names = {identity: buffer.name for identity, buffer in by_id.items() if buffer.role != "param"}
    layers: list[NetworkLayer] = []
    for node in document["graphs"][0]["nodes"]:
        _, _, number = node["name"].rpartition("_")
        for child in node.get("subgraph_nodes") or [node]:
            kind = child.get("type") or child.get("description") or ""
            if kind == "Param" or child.get("mapping") == "NODE_NO_X":
                continue
            made = next((by_id[i] for i in child.get("outputs", []) if i in by_id), None)
            layers.append(
                NetworkLayer(
                    index=len(layers),
                    kind=kind,
                    name=child["name"],
                    shape=made.shape if made else (),
                    params=0,
                    param_bytes=0,
                    macs=child.get("macc", 0),
                    inputs=tuple(names[i] for i in child.get("inputs", []) if i in names),
                    epoch=int(number) if number.isdigit() else len(layers) + 1,
                )
            )
    return tuple(layers)


def _read_layer(layer: dict[str, Any]) -> NetworkLayer:
    return NetworkLayer(**{**layer, "shape": tuple(layer["shape"]), "inputs": tuple(layer["inputs"])})


def _read_initializers(
    name: str,
    pools: tuple[NetworkPool, ...],
    buffers: tuple[NetworkBuffer, ...],
    pools_json: list[dict[str, Any]],
    own: dict[str, Any],
) -> tuple[Initializer, ...]:
    """Ours are listed; ST's follow from which pools hold parameters."""
    if "initializers" in own:
        return tuple(Initializer(**{"address": None, **entry}) for entry in own["initializers"])  # null: one left out
    result = []
    for pool, entry in zip(pools, pools_json, strict=True):
        ends = [b.offset + b.size for b in buffers if b.pool == pool.name and b.role == "param"]
        if ends and not pool.virtual and entry.get("fname"):  # without a file they are a C array, linked as any
            # ST's file holds the pool's bytes from its base on, whether or not the first parameter is there.
            result.append(Initializer(pool.name, f"{name}_{entry['fname']}", pool.base, max(ends), 0))
    return tuple(result)
