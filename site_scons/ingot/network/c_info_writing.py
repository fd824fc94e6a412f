# SPDX-License-Identifier: Apache-2.0
"""network_c_info.json: ST's schema 2.0, plus a key "ingot" for what that schema cannot say.

Pools are numbered from 1 in their order, buffers too, nodes are the epochs. Without dates and absolute paths, so that
the same network gives the same bytes.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

from ingot.network.stai_format import qmn, to_stai
from ingot.network.types import Network, NetworkBuffer, NetworkPool

SCHEMA_VERSION = "2.0"
EXTENSION_VERSION = 1
APPLICATION = "application"  # pseudo pool of the buffers that the application owns


def render_c_info(network: Network) -> str:
    """The file's text."""
    return json.dumps(_document(network), indent=1, sort_keys=True, ensure_ascii=True) + "\n"


def _document(network: Network) -> dict[str, Any]:
    pool_ids = {pool.name: number for number, pool in enumerate(network.pools, 1)}
    user = [b for b in network.buffers if not b.pool]
    pools = [_pool(network, pool, pool_ids) for pool in network.pools]
    if user:
        pool_ids[""] = len(pools) + 1
        pools.append(_application_pool(network, len(pools) + 1))
    return {
        "json_schema_version": SCHEMA_VERSION,
        "buffers": [_buffer(number, b, pool_ids) for number, b in enumerate(network.buffers, 1)],
        "ec_blobs_info": [],
        "environment": _environment(network),
        "graphs": [_graph(network)],
        "memory_accesses": [],
        "memory_footprint": {
            "activations": network.peak,
            "io": [sum(b.size for b in ports if not b.pool) for ports in (network.inputs, network.outputs)],
            "kernel_flash": None,
            "kernel_ram": None,
            "series": "generic",
            "toolchain": None,
            "toolchain_flash": None,
            "toolchain_ram": None,
            "weights": sum(i.size for i in network.initializers),
        },
        "memory_pools": pools,
        "power_estimates": [],
        "ingot": _extension(network),
    }


def _pool(network: Network, pool: NetworkPool, ids: dict[str, int]) -> dict[str, Any]:
    return {
        "id": ids[pool.name],
        "name": pool.name,
        "fname": f"atonbuf.{pool.fname}.raw" if pool.fname else "",
        "address": "" if pool.relative or pool.base is None else str(pool.base),
        "offset_start": (pool.base or 0) if pool.relative else 0,
        "size_bytes": pool.size,
        "used_size_bytes": pool.used,
        "rights": pool.rights,
        "cacheable": "CACHEABLE_ON" if pool.cacheable else "CACHEABLE_OFF",
        "alignment": 16,
        "attributes": {"score": pool.score},
        "buffers": [number for number, b in enumerate(network.buffers, 1) if b.pool == pool.name],
        "persistent": pool.rights == "ACC_READ",
        "pipelined": "PIPELINED_OFF",
        "subpools": [ids[name] for name in pool.subpools],
        "user_allocated": False,
    }


def _application_pool(network: Network, number: int) -> dict[str, Any]:
    numbers = [i for i, b in enumerate(network.buffers, 1) if not b.pool]
    size = sum(b.size for b in network.buffers if not b.pool)
    return {
        "id": number,
        "name": APPLICATION,
        "fname": "",
        "address": "",
        "offset_start": 0,
        "size_bytes": size,
        "used_size_bytes": size,
        "rights": "ACC_WRITE",
        "cacheable": "CACHEABLE_OFF",
        "alignment": 16,
        "attributes": {},
        "buffers": numbers,
        "persistent": False,
        "pipelined": "PIPELINED_OFF",
        "subpools": [],
        "user_allocated": True,
    }


def _buffer(number: int, buffer: NetworkBuffer, ids: dict[str, int]) -> dict[str, Any]:
    name, bits = to_stai(buffer.dtype)
    quantized = buffer.scale and buffer.role != "param"
    return {
        "id": number,
        "name": buffer.name,
        "mpool_id": ids[buffer.pool],
        "offset_start": buffer.offset,
        "size_bytes": buffer.size,
        "alignment": 16,
        "batch": buffer.shape[0] if len(buffer.shape) > 1 else 1,
        "channel_first": False,
        "channel_last": True,
        "epochs": {"start": buffer.epochs[0], "end": buffer.epochs[1]},
        "flags": "",
        "format": name,
        "nbits": bits,
        "intq": _intq(buffer) if quantized else {},
        "is_param": buffer.role == "param",
        "qmn": qmn(buffer.dtype),
        "shape": list(buffer.shape),
        "shape_map": [],
    }


def _intq(buffer: NetworkBuffer) -> dict[str, Any]:
    axis = len(buffer.shape) - 1 if len(buffer.scale) > 1 else -1
    return {"axis": axis, "offsets": list(buffer.zero_point), "scales": list(buffer.scale)}


def _environment(network: Network) -> dict[str, Any]:
    parameters = sum(layer.params for layer in network.layers)
    files = [f"{network.name}.c", *(i.file for i in network.initializers)]
    return {
        "generated_model": {
            "generated_time": "",
            "model_files": [{"name": name, "signature": ""} for name in files],
            "n_params": parameters,
            "name": network.name,
            "size": sum(i.size for i in network.initializers),
            "type": "",
        },
        "network_signature": f"0x{network.layout_id}" if network.layout_id else "",
        "target": "",
        "test_name": "",
        "tools": [
            {
                "name": "Ingot",
                "version": network.compiler_version,
                "arguments": network.options,
                "environment": [],
                "input_model": {
                    "generated_time": "",
                    "model_files": [{"name": network.model, "signature": f"0x{network.model_sha256}"}],
                    "n_params": parameters,
                    "name": network.model,
                    "size": sum(layer.param_bytes for layer in network.layers),
                    "type": network.model_format,
                },
            }
        ],
    }


def _graph(network: Network) -> dict[str, Any]:
    ids = {id(buffer): number for number, buffer in enumerate(network.buffers, 1)}
    layers = {layer.index: layer for layer in network.layers}
    nodes = []
    number = 0
    for epoch in network.epochs:
        number += 1
        node = _node(number, f"epoch_{epoch.number}", epoch.macs, "NODE_SW" if epoch.kind == "SW" else "NODE_EC", "")
        node["sw_functions"] = list(epoch.kernels)
        node["original_nodes"] = list(epoch.layers)
        node["inputs"] = [n + 1 for n in epoch.reads]
        node["outputs"] = [n + 1 for n in epoch.writes]
        for index in epoch.layers:
            number += 1
            layer = layers[index]
            child = _node(number, layer.name, layer.macs, node["mapping"], layer.kind)
            node["subgraph_nodes"].append(child)
        nodes.append(node)
    return {
        "id": 1,
        "name": network.name,
        "inputs": [ids[id(b)] for b in network.inputs],
        "outputs": [ids[id(b)] for b in network.outputs],
        "nodes": nodes,
        "edges": [_edge(n, a["id"], b["id"]) for n, (a, b) in enumerate(itertools.pairwise(nodes), 1)],
        "original_inputs": [_original(b) for b in network.inputs],
        "original_outputs": [_original(b) for b in network.outputs],
    }


def _node(number: int, name: str, macc: int, mapping: str, kind: str) -> dict[str, Any]:
    return {
        "attributes": {},
        "id": number,
        "inputs": [],
        "macc": macc,
        "mapping": mapping,
        "name": name,
        "original_nodes": [],
        "outputs": [],
        "scratchs": [],
        "subgraph_nodes": [],
        "sw_functions": [],
        "type": kind,
    }


def _edge(number: int, start: int, end: int) -> dict[str, Any]:
    return {
        "attributes": {},
        "buffer": 0,
        "edge_kind": "EDGE_FLOW",
        "end": {"node_id": end, "port": 0},
        "id": number,
        "name": f"epoch_dep_{number}_{number + 1}",
        "start": {"node_id": start, "port": 0},
    }


def _original(buffer: NetworkBuffer) -> dict[str, Any]:
    axes = ["BATCH", "H", "W", "CH"] if len(buffer.shape) == 4 else ["BATCH", "CH"] if len(buffer.shape) == 2 else []
    kind = "FLOAT" if buffer.dtype == "float32" else "UNSIGNED" if buffer.dtype.startswith("uint") else "SIGNED"
    return {
        "name": buffer.name,
        "shape": list(buffer.shape),
        "shape_map": axes,
        "c_shape_map": axes,
        "data_format": {
            "quantizer": "UNIFORM" if buffer.scale else "NONE",
            "scale": list(buffer.scale),
            "size": to_stai(buffer.dtype)[1],
            "type": kind,
            "zero": list(buffer.zero_point),
        },
    }


def _extension(network: Network) -> dict[str, Any]:
    return {
        "version": EXTENSION_VERSION,
        "compiler": network.compiler,
        "model_sha256": network.model_sha256,
        "stand_in": network.stand_in,
        "layout_id": network.layout_id,
        **({"source_sha256": network.source_sha256} if network.source_sha256 else {}),
        "peak": network.peak,
        "lower_bound": network.lower_bound,
        "unfused_peak": network.unfused_peak,
        "kernels": list(network.kernels),
        "notes": list(network.notes),
        **({"io_layout": network.io_layout} if network.io_layout else {}),
        **({"stack_arrays": dict(network.stack_arrays)} if network.stack_arrays else {}),
        **({"beside": list(network.beside)} if network.beside else {}),
        **({"in_turn": list(network.in_turn)} if network.in_turn else {}),
        **({"detection": network.detection.as_dict()} if network.detection else {}),
        "pool_starts": [pool.start for pool in network.pools],
        "buffers": [{"role": b.role, "ring_rows": b.ring_rows} for b in network.buffers],
        "epochs": [
            {
                "kind": e.kind,
                "why": e.why,
                "rings": list(e.rings),
                "layers": list(e.layers),
                **({"estimate": {"npu_ns": e.estimate.npu, "cpu_ns": e.estimate.cpu}} if e.estimate else {}),
            }
            for e in network.epochs
        ],
        "layers": [
            {
                "index": layer.index,
                "kind": layer.kind,
                "name": layer.name,
                "shape": list(layer.shape),
                "params": layer.params,
                "param_bytes": layer.param_bytes,
                "macs": layer.macs,
                "inputs": list(layer.inputs),
                "epoch": layer.epoch,
            }
            for layer in network.layers
        ],
        "initializers": [
            {"pool": i.pool, "file": i.file, "address": i.address, "size": i.size, "crc32": i.crc32}
            for i in network.initializers
        ],
    }
