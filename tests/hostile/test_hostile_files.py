# SPDX-License-Identifier: Apache-2.0
"""A sample of damaged files of every format; bench/hostile.py reads 20,000 of each."""

from __future__ import annotations

import pytest

from support.hostile.formats import FORMATS
from support.hostile.run import read_hostile


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_file_is_read_or_refused_with_a_message(name: str) -> None:
    found = read_hostile(name, 1_000_000, 40)
    assert found.faults == []
    assert found.counts["read"] + found.counts["refused"] == 40
