# SPDX-License-Identifier: Apache-2.0
"""Blobs of the NPU's epoch controller that follow each other in front of an image's params.

`ingot.st.npu.container` reads a blob. Each begins at a multiple of 8 bytes.
"""

from __future__ import annotations

from dataclasses import replace

from ingot.base.errors import IngotError
from ingot.st.npu.container import REMEDY, PlacedBlob, first_blob, is_blob

#: From runtime 1.1.3 on blobs begin at lines of the cache: `aligned(64)`. An image with such blobs, and the RAM that it
#: is copied to, begin there, too.
LINE = 64


def walk_blobs(data: bytes, where: str) -> tuple[PlacedBlob, ...]:
    """The blobs at the start of the data, one behind the other; ends where no magic follows. `start` is in the data.

    Raises IngotError for a blob that reaches outside.
    """
    found: list[PlacedBlob] = []
    at, whole = 0, memoryview(data)
    while is_blob(data, at):
        name = f"{where}, blob {len(found)}"
        blob = first_blob(whole[at:], name)
        if at + blob.end > len(data):
            raise IngotError("the blob's padding is cut", where=name, remedy=REMEDY)
        found.append(replace(blob, start=at + blob.start))
        at += blob.end
    return tuple(found)
