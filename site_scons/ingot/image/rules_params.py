# SPDX-License-Identifier: Apache-2.0
"""Rules about an image's params, the blobs in front of them, and the seal. Each yields what is wrong, in words."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from ingot.base.errors import IngotError
from ingot.image.ecblob import LINE
from ingot.image.nbin import PoolData, PoolType, aligned, offset_of
from ingot.image.seal import Seal, seal_holds
from ingot.image.subject import Subject
from ingot.st.npu.container import first_blob


def size(subject: Subject) -> Iterator[str]:
    """The params end the file, but for a self-test and the seal."""
    end = offset_of(subject.image.header["rel_end"])
    if subject.image.header["params_offset"]:
        end = subject.params_end
        if subject.before_seal < end:
            yield f"{subject.before_seal:,} bytes, {end:,} expected"
    if subject.before_seal > aligned(end) and subject.self_test is None:
        yield f"{subject.before_seal - end:,} bytes follow its end at {end:,} that are no seal"


def pool_params(subject: Subject) -> Iterator[str]:
    if subject.params is None:
        return
    blobs, raw = subject.blobs, subject.image.context.params_bin_size
    wanted = [pool for pool in subject.image.pools if pool.data != PoolData.ACTIV]
    for pool in wanted:
        lead = blobs if (pool.pool_type, pool.pool_id) == (PoolType.RELOC, 0) else 0
        if pool.offset + pool.size + lead > blobs + raw:
            yield f"pool {subject.image.text(pool.name)} ends behind the params"
    if wanted and blobs + raw > len(subject.params):
        yield f"{len(subject.params):,} bytes of params, {blobs + raw:,} expected"


def blobs(subject: Subject) -> Iterator[str]:
    """Blobs in front of the params are whole."""
    found, problem = subject.walked
    if problem:
        yield problem
    behind = [pool for pool in subject.image.pools if (pool.pool_type, pool.pool_id) == (PoolType.RELOC, 0)]
    if found and any(pool.offset for pool in behind):
        yield "the network looks for its blobs in front of its read-only pool, which is not behind them"


def blobs_in_rom(subject: Subject) -> Iterator[str]:
    """Blobs that a word of the data points at are whole, apart and aligned; no blob relocates a word twice."""
    for found in subject.walked[0]:
        if found.blob.relocated_twice:
            yield f"the blob at {found.start:#x} of the params relocates a word twice"
    end = 0
    for at in subject.image.blobs_in_rom():
        if at < end:
            yield f"a blob begins at {at:#x}, inside of another"
            continue
        try:
            found = first_blob(memoryview(subject.image.rom)[at:], f"blob at {at:#x}")
        except IngotError as error:
            yield f"{error.where}: {error.what}"
            continue
        end = at + found.stop
        if subject.image.layout.abi == "1.1.3" and at % LINE:
            yield f"the blob at {at:#x} is not at a multiple of {LINE}, as its runtime wants"
        if found.blob.relocated_twice:
            yield f"the blob at {at:#x} relocates a word twice"


def params_crc(subject: Subject) -> Iterator[str]:
    if not subject.has_seal:
        yield from _crc(subject)


def sealed_params_crc(subject: Subject) -> Iterator[str]:
    if subject.has_seal:
        yield from _crc(subject)


def _crc(subject: Subject) -> Iterator[str]:
    context = subject.image.context
    if subject.params is None or not any(pool.data != PoolData.ACTIV for pool in subject.image.pools):
        return
    if len(subject.raw) != context.params_bin_size:
        yield f"{len(subject.raw):,} bytes, {context.params_bin_size:,} expected"
    elif zlib.crc32(subject.raw) != context.params_bin_crc32:
        yield f"stored {context.params_bin_crc32:#010x}, computed {zlib.crc32(subject.raw):#010x}"


def sealed(subject: Subject) -> Iterator[str]:
    image = subject.image
    if not image.trailer:
        return
    try:
        seal = Seal.parse(image.trailer, subject.where)
    except IngotError as error:
        yield error.what
        return
    before = subject.content[: subject.before_seal]
    if seal.covered != len(before):
        yield f"covers {seal.covered:,} bytes, {len(before):,} are there"
    elif not seal_holds(before, image.trailer):
        yield "the file is not what was sealed"
    if image.header["params_offset"] or subject.params is None:
        return
    if not any(pool.data != PoolData.ACTIV for pool in image.pools):
        return
    size = subject.blobs + image.context.params_bin_size
    # A loader does not know where the second file ends: what the seal says counts.
    counted = subject.params[: seal.params_covered]
    if seal.params_covered != size or len(counted) != size or seal.kind.of(counted) != seal.params_digest:
        yield "the params are not those that were sealed"
