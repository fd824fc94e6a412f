# SPDX-License-Identifier: Apache-2.0
"""SVDF: its state goes on from one inference to the next, and starts again after a reset."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.models import recurrent
from support.models.trials import for_each
from support.sequence import check_reset, check_sequence


@for_each(recurrent.svdf)
def test_svdf(model: bytes) -> None:
    """Every output of several inferences is equal to LiteRT's."""
    check_sequence(model)


@pytest.mark.slow
@for_each(recurrent.svdf, examples=4)
def test_reset_of_generated_code(model: bytes) -> None:
    """ingot_reset_state_<name>() begins a new sequence, as LiteRT's reset does."""
    with TemporaryDirectory() as folder:
        check_reset(model, Path(folder))
