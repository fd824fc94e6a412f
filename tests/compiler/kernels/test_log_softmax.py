# SPDX-License-Identifier: Apache-2.0
"""LOG_SOFTMAX against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import nonlinear
from support.models.trials import for_each
from support.real_numbers import check_close


@for_each(lambda d: nonlinear.log_softmax(d, "int8"))
def test_int8(model: bytes) -> None:
    """1 to 200 classes."""
    check(model)


@for_each(lambda d: nonlinear.log_softmax(d, "float32"))
def test_float32(model: bytes) -> None:
    """The host's expf() and logf() round a few arguments differently."""
    check_close(model, 4)
