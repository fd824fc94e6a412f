# SPDX-License-Identifier: Apache-2.0
"""Random whole models, at least one for each operator: whatever a file says, Ingot computes what LiteRT computes, or
one of them refuses it.

`python bench/random_models.py` draws others, as many as one likes.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingot.compiler.frontend.arity import ARITY
from ingot.compiler.kernels.lower import load_operators
from ingot.compiler.kernels.registry import OPERATORS
from ingot.compiler.passes.pointwise import BINARY, UNARY
from support.models.trials import operators_of
from support.whole.forms import HARMLESS, UNUSUAL
from support.whole.model import KINDS, whole_model
from support.whole.outcome import FAULTS, Pair


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Ingot and the oracle, each in a process that a model may end."""
    both = Pair()
    yield both
    both.close()


@pytest.mark.slow
def test_no_difference_and_no_traceback(pair: Pair) -> None:
    """One model for each operator, and what follows it."""
    outcomes = [pair.outcome(seed) for seed in range(len(KINDS))]
    faults = [f"{o.result} [{o.seed}] {o.reason}" for o in outcomes if o.result in FAULTS]
    assert faults == []
    assert sum(o.result in ("equal", "close", "gap") for o in outcomes) > len(KINDS) / 3
    assert set(KINDS) <= {kind for o in outcomes for kind in o.kinds}


def test_every_operator_is_drawn() -> None:
    """All that the frontend knows and all that has a kernel."""
    load_operators()
    known = {kind for kind in (*ARITY, *OPERATORS) if kind.isupper()} | UNARY.keys() | BINARY.keys()
    assert known == set(KINDS)


@pytest.mark.slow
def test_every_form_is_drawn() -> None:
    missing = {*HARMLESS, *UNUSUAL}
    for seed in range(5000):
        missing -= set(whole_model(seed).forms)
        if not missing:
            break
    assert missing == set()


@pytest.mark.slow
def test_the_same_number_gives_the_same_model() -> None:
    assert whole_model(17) == whole_model(17) != whole_model(18)
    assert operators_of(whole_model(17).content)
