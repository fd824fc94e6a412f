# SPDX-License-Identifier: Apache-2.0
"""Real models and facts that may lie beside the checkout; the project works without them."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


def shared(relative: str) -> Path:
    """A file or folder of ../shared; skips the test, with the reason, where it is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"../shared/{relative} is not there")
    return path
