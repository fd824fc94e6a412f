# SPDX-License-Identifier: Apache-2.0
"""Differential tests over random models: how many cases each draws, and how many each operator got.

`pytest --cases N` draws N models a test in place of the few of every day, new ones at each run; at the end a table says
how many cases each operator had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest
import tflite
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from ingot.compiler.frontend.operator_code import builtin_kind
from support.models.draw import Draw, Hypothesis

requested: int | None = None
"""What --cases asks for; set before tests are collected."""

cases: Counter[str] = Counter()
"""Operator -> cases that passed, in a run with --cases."""


class Trial(NamedTuple):
    """One differential test and where its models come from."""

    test: str
    model: Callable[[Draw], bytes]


trials: list[Trial] = []
"""Of every module imported so far."""


def operators_of(model: bytes) -> set[str]:
    """The operators of a .tflite file."""
    file = tflite.Model.GetRootAs(model, 0)
    codes = [file.OperatorCodes(i) for i in range(file.OperatorCodesLength())]
    return {kind for code in codes if code is not None and (kind := builtin_kind(code))}


def for_each(model: Callable[[Draw], bytes], examples: int = 40) -> Callable[[Callable[[bytes], None]], Any]:
    """Decorates a test of one model: hypothesis draws `examples` of them, the same ones at every run."""

    def decorate(test: Callable[[bytes], None]) -> Any:
        @_settings(examples)
        @given(st.data())
        def wrapper(data: st.DataObject) -> None:
            _run(data, model, test)

        return _named(wrapper, test, model)

    return decorate


def for_each_kind(
    model: Callable[[Draw, str], bytes], kinds: Sequence[str], examples: int = 20
) -> Callable[[Callable[[str, bytes], None]], Any]:
    """The same for several operators: one test of `examples` models each."""

    def decorate(test: Callable[[str, bytes], None]) -> Any:
        @pytest.mark.parametrize("kind", kinds)
        @_settings(examples)
        @given(data=st.data())
        def wrapper(kind: str, data: st.DataObject) -> None:
            _run(data, lambda d: model(d, kind), lambda drawn: test(kind, drawn))

        return _named(wrapper, test, *(lambda d, kind=kind: model(d, kind) for kind in kinds))

    return decorate


def _settings(examples: int) -> settings:
    long = requested is not None
    return settings(
        max_examples=requested or examples,
        derandomize=not long,
        print_blob=long,
        suppress_health_check=[HealthCheck.too_slow],
    )


def _run(data: st.DataObject, model: Callable[[Draw], bytes], test: Callable[[bytes], None]) -> None:
    draw = Hypothesis(data)
    try:
        drawn = model(draw)
        test(drawn)
    except Exception:
        note(f"drawn: {draw.made}")
        raise
    if requested is not None:
        cases.update(operators_of(drawn))


def _named(wrapper: Any, test: Any, *models: Callable[[Draw], bytes]) -> Any:
    wrapper.__name__, wrapper.__doc__ = test.__name__, test.__doc__
    trials.extend(Trial(f"{test.__module__}.{test.__name__}", model) for model in models)
    return wrapper
