# SPDX-License-Identifier: Apache-2.0
"""`ingot image check` and the loader on the device say the same about damaged images, for the same reason."""

from __future__ import annotations

import pytest

from support.host_library import needs_cc
from support.loader import same_verdicts, verdict_samples

pytestmark = needs_cc


@pytest.mark.slow
@pytest.mark.parametrize("sample", list(verdict_samples()))
def test_host_and_loader_say_the_same(sample: str) -> None:
    """bench/loader.py does this a million times."""
    found = same_verdicts(sample, 1500, seed=1)
    assert found.differences == []
    assert found.refused > 700 and found.accepted > 20
