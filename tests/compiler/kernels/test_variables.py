# SPDX-License-Identifier: Apache-2.0
"""Resource variables: what one inference assigns, the next one reads, and a reset begins again."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.models import variables
from support.models.trials import for_each
from support.sequence import check_reset, check_sequence


@pytest.mark.slow
@for_each(variables.stream)
def test_variables(model: bytes) -> None:
    """Every output of several inferences is equal to LiteRT's."""
    check_sequence(model)


@pytest.mark.slow
@for_each(variables.stream, examples=6)
def test_reset_of_generated_code(model: bytes) -> None:
    """ingot_reset_state_<name>() begins with what the initialisation assigns."""
    with TemporaryDirectory() as folder:
        check_reset(model, Path(folder))
