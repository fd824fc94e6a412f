# SPDX-License-Identifier: Apache-2.0
"""A network of ST's compiler as an image needs it: its description, with what only the text of network.c says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingot.base.errors import IngotError
from ingot.network.version import Version

if TYPE_CHECKING:
    from ingot.image.source import StNetwork
    from ingot.network.types import Network

OLDEST = Version(1, 1, 1)


def st_network(network: Network, network_c: Path, name: str, blobs_in_params: bool) -> tuple[Network, StNetwork]:
    """network: its description; name: what the image calls it.

    Which pools are relative, and where they were placed, comes from the comments of network.c. Raises IngotError when
    the text does not say which runtime it wants, or one whose images have another layout.
    """
    from ingot.image.source import StNetwork
    from ingot.st.prebuilt.network_c import parse_network_c

    source = parse_network_c(network_c.read_text(encoding="utf-8", errors="replace"))
    where = str(network_c)
    if source.version is None:
        raise IngotError(
            "does not say which version of ST's runtime it wants", where=where, remedy="Generate the network again."
        )
    if source.version < OLDEST:
        raise IngotError(
            f"wants ST's runtime {source.version}, whose images have another layout",
            where=where,
            remedy=f"Generate the network with ST Edge AI Core 2.2 or later (runtime {OLDEST}).",
        )
    said = {pool.name: pool for pool in source.pools if pool.relative}
    pools = tuple(
        replace(pool, relative=True, base=said[pool.name].offset) if pool.name in said else pool
        for pool in network.pools
    )
    initializers = tuple(replace(i, address=None) if i.pool in said else i for i in network.initializers)
    text = f"{source.description or 'atonn'} {source.version}".replace('"', "'")
    known = StNetwork(source.name, source.version, text, blobs_in_params)
    return replace(network, name=name, pools=pools, initializers=initializers), known
