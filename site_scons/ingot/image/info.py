# SPDX-License-Identifier: Apache-2.0
"""What an image is, for people and as JSON."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from typing import Any

from ingot.base.errors import IngotError
from ingot.board.cores import all_cores
from ingot.image.ecblob import walk_blobs
from ingot.image.image import Image
from ingot.image.nbin import FLOAT_ABIS, TOOLCHAINS, aligned
from ingot.image.seal import Seal
from ingot.image.self_test import parse_self_test
from ingot.st.npu.container import PlacedBlob, first_blob


def as_dict(image: Image, params: bytes | None = None) -> dict[str, Any]:
    """All that the image says. params: content of the second file of a split image.

    Raises IngotError when its context or its pools run out of the data.
    """
    try:
        image.context, image.pools  # noqa: B018
    except struct.error:
        raise IngotError(
            "its context or its table of pools runs out of the data",
            where="image",
            remedy="`ingot image check` says more; build or fetch the file again.",
        ) from None
    flags, context = image.flags, image.context
    inside = image.params if image.header["params_offset"] else params
    counted = None if inside is None else _raw(inside, context.params_bin_size)
    return {
        "network": image.text(context.c_name),
        "api": f"{flags.major}.{flags.minor}",
        "runtime": ".".join(map(str, context.version)),
        "runtime_text": image.text(context.rt_version_desc),
        "abi": image.layout.abi,
        "flags": {
            "word": f"{flags.encode():#010x}",
            "cpu": {core.part: core.title for core in all_cores()}.get(flags.cpu, f"{flags.cpu:#x}"),
            "float_abi": FLOAT_ABIS[flags.float_abi] if flags.float_abi < len(FLOAT_ABIS) else "?",
            "fpu": flags.fpu,
            "toolchain": TOOLCHAINS.get(flags.toolchain, str(flags.toolchain)),
            "secure": flags.secure,
            "debug_info": flags.debug_info,
            "async": flags.async_runtime,
        },
        "header": {name: f"{value:#010x}" for name, value in image.header.items()},
        "entry_points": {name: f"{image.header[name]:#010x}" for name in image.layout.entry_points},
        "read_only": image.ro_size,
        "data": len(image.data),
        "xip_ram": image.xip_ram,
        "copy_ram": image.copy_ram,
        "external_ram": context.ext_ram_size,
        "activations": context.acts_size,
        "relocations": len(image.relocations),
        "got": len(image.got),
        "params": {
            "offset": image.header["params_offset"],
            "size": context.params_bin_size,
            "used": context.params_size,
            "crc32": f"{context.params_bin_crc32:#010x}",
            "crc32_computed": None if counted is None else f"{zlib.crc32(counted):#010x}",
        },
        "pools": [
            {
                "name": image.text(pool.name),
                "kind": pool.describe(),
                "flags": f"{pool.flags:#010x}",
                "offset": pool.offset,
                "dst": f"{pool.dst:#010x}",
                "size": pool.size,
            }
            for pool in image.pools
        ],
        "blobs": _blobs(image, inside),
        "self_test": _self_test(image),
        "seal": _seal(image),
    }


def _raw(params: bytes, size: int) -> bytes:
    """The pools' raw data, behind the blobs."""
    start = _lead(params)
    return params[start : start + size]


def _lead(params: bytes) -> int:
    """Bytes of blobs in front of them."""
    found: tuple[PlacedBlob, ...] = ()
    with suppress(IngotError):
        found = walk_blobs(params, "params")
    return found[-1].end if found else 0


def _self_test(image: Image) -> dict[str, Any] | None:
    behind = image.params[aligned(_lead(image.params) + image.context.params_bin_size) :]
    found = parse_self_test(behind) if image.trailer else None
    if found is None:
        return None
    return {
        "seed": found.seed,
        "input_bytes": found.input_bytes,
        "output_bytes": found.output_bytes,
        "outputs_sha256": found.digest.hex(),
    }


def _blobs(image: Image, params: bytes | None) -> list[dict[str, Any]]:
    """The epoch-controller blobs that can be found; none of a place that is damaged (`check` says what is wrong)."""
    lead = b"" if params is None else params
    found = []
    with suppress(IngotError):
        found += [("params", blob.start, blob) for blob in walk_blobs(lead, "params")]
    with suppress(IngotError):
        found += [("read-only part", at, first_blob(memoryview(image.rom)[at:], "blob")) for at in image.blobs_in_rom()]
    return [
        {
            "in": place,
            "offset": at,
            "size": blob.size,
            "relocated": {name: len(words) for name, words in blob.blob.relocations.items()},
        }
        for place, at, blob in found
    ]


def _seal(image: Image) -> dict[str, Any] | None:
    if not image.trailer:
        return None
    seal = Seal.parse(image.trailer, "seal")
    return {
        "digest": seal.kind.name,
        "covered": seal.covered,
        "layout_id": seal.layout_id.hex(),
        "board": seal.board,
        "model": seal.model,
        "model_version": seal.model_version,
        "compiler": seal.compiler,
        "key_id": seal.key_id.hex(),
    }


def as_text(facts: dict[str, Any]) -> str:
    """The same, in lines."""
    flags, params = facts["flags"], facts["params"]
    words = [flags["cpu"], f"float {flags['float_abi']}", "FPU" if flags["fpu"] else "no FPU", flags["toolchain"]]
    words += ["secure" if flags["secure"] else "non-secure", "debug info" if flags["debug_info"] else "no debug info"]
    words += ["asynchronous" if flags["async"] else "synchronous"]
    computed = params["crc32_computed"]
    crc = "not computed" if computed is None else "right" if computed == params["crc32"] else f"computed {computed}"
    place = f"at {params['offset']:,} ({params['offset']:#x})" if params["offset"] else "in a file of their own"
    lines = [
        f"network         {facts['network']}, for runtime {facts['runtime']} (API {facts['api']}), "
        f"header of {len(facts['header'])} words",
        f"made with       {facts['runtime_text']}",
        f"flags           {flags['word']}: {', '.join(words)}",
        f"read-only part  {facts['read_only']:>12,} bytes",
        f"RAM in place    {facts['xip_ram']:>12,} bytes (XIP)",
        f"RAM for a copy  {facts['copy_ram']:>12,} bytes (COPY)",
        f"external RAM    {facts['external_ram']:>12,} bytes",
        f"activations     {facts['activations']:>12,} bytes",
        f"params          {params['size']:>12,} bytes {place}, CRC-32 {params['crc32']}: {crc}"
        if params["size"]
        else "params          none",
        f"relocations     {facts['relocations']:>12,}, GOT {facts['got']} words",
        "pools",
    ]
    for pool in facts["pools"]:
        lines.append(f"  {pool['name']:<14}{pool['kind']:<24}{pool['size']:>12,} bytes  to {pool['dst']}")
    if facts["blobs"]:
        lines.append("blobs of the epoch controller")
    for blob in facts["blobs"]:
        moved = ", ".join(f"{count} words of {pool}" for pool, count in blob["relocated"].items())
        lines.append(f"  {blob['in']:<24}{blob['size']:>14,} bytes at {blob['offset']:#x}, relocates {moved or 'none'}")
    lines.append("entry points")
    lines += [f"  {name:<24}{address}" for name, address in facts["entry_points"].items()]
    test = facts["self_test"]
    if test is not None:
        sample = f"seed {test['seed']}" if test["seed"] else f"{test['input_bytes']:,} bytes"
        lines.append(f"self-test       {sample}, {test['output_bytes']:,} bytes of outputs: {test['outputs_sha256']}")
    seal = facts["seal"]
    if seal is None:
        lines.append("seal            none")
    else:
        lines.append(f"seal            {seal['digest']} over {seal['covered']:,} bytes")
        lines.append(f"  {seal['model']} ({seal['model_version']}) for {seal['board']}, {seal['compiler']}")
        lines.append(
            f"  layout {seal['layout_id']}, {'signed by ' + seal['key_id'] if seal['key_id'] else 'not signed'}"
        )
    return "\n".join(lines)
