# SPDX-License-Identifier: Apache-2.0
"""SOFTMAX against LiteRT's reference kernels."""

from __future__ import annotations

from support.differential import check
from support.models import nonlinear
from support.models.trials import for_each
from support.real_numbers import check_close


@for_each(lambda d: nonlinear.softmax(d, "int8"))
def test_int8(model: bytes) -> None:
    """1 to 200 classes; two have a kernel of their own."""
    check(model)


@for_each(lambda d: nonlinear.softmax(d, "uint8"))
def test_uint8(model: bytes) -> None:
    """1 to 200 classes; two have a kernel of their own."""
    check(model)


@for_each(lambda d: nonlinear.softmax(d, "int16"))
def test_int16(model: bytes) -> None:
    """1 to 200 classes; two have a kernel of their own."""
    check(model)


@for_each(lambda d: nonlinear.softmax(d, "float32"))
def test_float32(model: bytes) -> None:
    """The host's expf() rounds a few arguments in a thousand differently."""
    check_close(model, 2)
