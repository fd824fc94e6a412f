# SPDX-License-Identifier: Apache-2.0
"""What c_info says about buffers, against the tables of network.c: the same names lie at the same places."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ingot.base.errors import IngotError
from ingot.st.prebuilt.network_c import NetworkSource

REMEDY = "The file is damaged, or of another run of the tool."


def read_places(text: str, where: str) -> dict[str, tuple[int, int]]:
    """Name of a buffer -> its address and bytes, of buffers in pools with an address. Raises IngotError."""
    try:
        document = json.loads(text)
        pools = {
            pool["id"]: int(pool["address"]) for pool in document["memory_pools"] if str(pool["address"]).isdecimal()
        }
        found = {}
        for buffer in document["buffers"]:
            base = pools.get(buffer.get("mpool_id"))
            if base and not _subpool(document, buffer):
                found[str(buffer["name"])] = base + int(buffer["offset_start"]), int(buffer["size_bytes"])
        return found
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IngotError(f"is no c_info: {type(error).__name__}: {error}", where=where, remedy=REMEDY) from None


def _subpool(document: Mapping[str, Any], buffer: Mapping[str, Any]) -> bool:
    """Whether a buffer lies in a pool that stands for several: its place is one of theirs, and not said."""
    return any(item["id"] == buffer["mpool_id"] and item.get("subpools") for item in document["memory_pools"])


def disagreements(source: NetworkSource, places: Mapping[str, tuple[int, int]]) -> list[str]:
    """A sentence for each buffer that lies elsewhere in network.c, or has another size."""
    found = []
    for buffer in source.buffers:
        known = places.get(buffer.name)
        if known is None or buffer.base is None:
            continue
        if known != (buffer.start, buffer.size):
            found.append(
                f"'{buffer.name}' lies at {buffer.start:#x} with {buffer.size:,} bytes in network.c, at {known[0]:#x} "
                f"with {known[1]:,} in c_info"
            )
    return found
