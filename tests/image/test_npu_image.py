# SPDX-License-Identifier: Apache-2.0
"""Images with layers for the NPU: their weights and programs are copied to where the programs say that they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.device.run.reloc_verify import Files, verify_images
from ingot.image.nbin import EXTERNAL_FROM, PoolType
from ingot.image.pools import relocatable_pools
from support.firmware import needs_gcc, needs_qemu
from support.npu_graphs import Small
from support.reloc_model import build_image, model_host, n6dk


@needs_gcc
@needs_qemu
@pytest.mark.slow
@pytest.mark.emulated
def test_it_computes_what_is_predicted_wherever_it_lies(tmp_path: Path) -> None:
    """In place and copied, whole and split, at three pairs of addresses; two programs with the CPU in between."""
    model = Small((4, 4, 32)).convolve(32).other().convolve(16).add().write(tmp_path)
    made = build_image(model, tmp_path / "image", npu=True)
    assert [epoch.kind for epoch in made.network.epochs] == ["EC", "SW", "EC"]
    copied = [pool for pool in made.pools.pools if pool.pool_type == PoolType.COPY]
    assert [pool.dst >= EXTERNAL_FROM for pool in copied] == [True]
    assert not [pool for pool in made.pools.pools if pool.pool_type == PoolType.RELOC]
    board, mpool = n6dk()
    files = Files(model_host(npu=True), made.file, made.split, made.params, tmp_path / "image")
    lines: list[str] = []
    outcome = verify_images(model, made.network, files, board, mpool, report=lines.append)
    assert outcome.passed and len(outcome.results) == 12, lines


def test_a_board_without_external_ram_has_no_such_image() -> None:
    board, mpool = n6dk()
    inside = [pool for pool in mpool.pools if not pool.writable or (pool.base or 0) < EXTERNAL_FROM]
    with pytest.raises(IngotError, match="an image with layers for the NPU needs external RAM"):
        relocatable_pools(board, replace(mpool, pools=tuple(inside)), npu=True)
