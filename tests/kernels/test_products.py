"""TRANSPOSE_CONV and BATCH_MATMUL against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models.products import batch_matmul, transpose_conv
from support.models.trials import for_each


@for_each(transpose_conv, 60)
def test_transpose_conv(model: bytes) -> None:
    """Strides, paddings, channels that fill no vector."""
    check(model)


@for_each(batch_matmul, 60)
def test_batch_matmul(model: bytes) -> None:
    """Transposed, broadcast, constant."""
    check(model)
