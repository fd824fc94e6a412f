# SPDX-License-Identifier: Apache-2.0
"""ARG_MAX and ARG_MIN against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import reduction
from support.models.trials import for_each


@for_each(lambda d: reduction.arg_extreme(d, "ARG_MAX"))
def test_arg_max(model: bytes) -> None:
    """Any axis, indexes of both sizes."""
    check(model)


@for_each(lambda d: reduction.arg_extreme(d, "ARG_MIN"))
def test_arg_min(model: bytes) -> None:
    """Any axis, indexes of both sizes."""
    check(model)
