# SPDX-License-Identifier: Apache-2.0
"""The bytes that pools of a build are initialised with: .raw and .bin files, or the .hex that is flashed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.st.prebuilt.initializer_files import initializer_files
from ingot.st.prebuilt.network_c import NetworkSource, SourcePool
from ingot.st.prebuilt.output import StOutput


@dataclass(frozen=True)
class Image:
    """Bytes of a pool that a file initialises, from address `base` on. pool: its name in network.c."""

    file: str
    pool: str
    base: int
    content: bytes

    def holds(self, address: int, size: int) -> bool:
        """Whether all of these bytes are in it."""
        return self.base <= address and address + size <= self.base + len(self.content)


def pool_images(output: StOutput, source: NetworkSource, weights: Sequence[Path] = ()) -> tuple[Image, ...]:
    """Files of a build, and those given beside it. Raises IngotError when a given file's place is not known.

    A file's place is that of the pool with its postfix (`network_atonbuf.xSPI2.raw`), an Intel HEX says it itself;
    another file belongs to the only pool outside of the chip that the network's parameters are in.
    """
    if weights:
        return tuple(_given(path, source) for path in weights)
    images = []
    for item in initializer_files(output):
        pool = _by_postfix(source, item.postfix)
        if item.file.endswith(".hex"):
            images += _hex(output.read(item.file), item.file, source, output.where(item.file))
        elif pool is not None:
            images.append(Image(item.file, pool.name, pool.offset, output.read(item.file)))
    return tuple(images)


def _by_postfix(source: NetworkSource, postfix: str) -> SourcePool | None:
    pools = [pool for pool in source.pools if pool.postfix == postfix and not pool.virtual]
    return pools[0] if postfix and pools else None


def _given(path: Path, source: NetworkSource) -> Image:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise IngotError(f"cannot read the file: {error.strerror}", where=str(path)) from None
    if path.suffix == ".hex":
        parts = _hex(content, path.name, source, str(path))
        if len(parts) != 1:
            raise IngotError(f"it has {len(parts)} separate parts", where=str(path), remedy="Give one file a pool.")
        return parts[0]
    parts_of_name = path.name.split(".")
    pool = _by_postfix(source, parts_of_name[-2] if len(parts_of_name) > 2 else "")
    if pool is None:
        holders = {_pool_at(source, buffer.base, buffer.label) for buffer in source.buffers if buffer.param}
        known = [item for item in holders if item is not None]
        if len(known) != 1:
            raise IngotError(
                f"its name does not say which of {len(known)} pools with parameters it initialises",
                where=str(path),
                remedy="Name it `<anything>.<postfix of the pool>.raw`, as ST's compiler does.",
            )
        pool = known[0]
    return Image(path.name, pool.name, pool.offset, content)


def _pool_at(source: NetworkSource, base: int | None, label: str) -> SourcePool | None:
    for pool in source.pools:
        if not pool.virtual and (pool.offset == base or (label and label.endswith(pool.postfix))):
            return pool
    return None


def _hex(content: bytes, file: str, source: NetworkSource, where: str) -> list[Image]:
    from intelhex import IntelHex, IntelHexError

    records = IntelHex()
    try:
        records.loadhex(io.StringIO(content.decode("ascii", "replace")))
    except (IntelHexError, ValueError) as error:
        raise IngotError(f"is no Intel HEX file: {error}", where=where) from None
    images = []
    for start, end in records.segments():
        pool = next(
            (pool for pool in source.pools if not pool.virtual and pool.offset <= start < pool.offset + pool.size), None
        )
        images.append(Image(file, pool.name if pool else "", start, records.tobinstr(start, end - 1)))
    return images
