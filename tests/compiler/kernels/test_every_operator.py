# SPDX-License-Identifier: Apache-2.0
"""No operator is without a differential test over random models."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from ingot.compiler.kernels.lower import load_operators
from ingot.compiler.kernels.registry import OPERATORS
from ingot.compiler.passes.pointwise import BINARY, UNARY
from support.models.draw import Seeded
from support.models.every import MODELS
from support.models.trials import operators_of, trials

DRAWS = 20
"""Models looked at of each test: some draw one of several operators."""

VIEWS = {"RESHAPE", "SQUEEZE", "EXPAND_DIMS", "READ_VARIABLE"}
"""Have no kernel: same bytes under another shape."""


@pytest.fixture(scope="module")
def tested() -> dict[str, set[str]]:
    """operator -> its differential tests."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path != Path(__file__) and not any(trial.test.endswith(path.stem) for trial in trials):
            spec = importlib.util.spec_from_file_location(path.stem, path)
            assert spec is not None and spec.loader is not None
            spec.loader.exec_module(importlib.util.module_from_spec(spec))
    found: dict[str, set[str]] = {}
    for test, model in trials:
        for seed in range(DRAWS):
            for kind in operators_of(model(Seeded(seed))):
                found.setdefault(kind, set()).add(test)
    return found


@pytest.mark.slow
def test_against_the_reference(tested: dict[str, set[str]]) -> None:
    """Every operator with a kernel, every one that becomes a table, every view."""
    load_operators()
    known = {kind for kind in OPERATORS if kind.isupper()} | UNARY.keys() | BINARY.keys() | VIEWS
    assert known - tested.keys() == set()


@pytest.mark.slow
def test_on_emulated_cores() -> None:
    """tests/compiler/kernels/test_on_target.py takes its cases from MODELS."""
    load_operators()
    drawn = {kind for model in MODELS.values() for seed in range(DRAWS) for kind in operators_of(model(Seeded(seed)))}
    assert {kind for kind in OPERATORS if kind.isupper()} - drawn == set()
