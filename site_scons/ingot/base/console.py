# SPDX-License-Identifier: Apache-2.0
"""What Ingot says to people beside the results."""

from __future__ import annotations

import sys

VERBOSE = "INGOT_VERBOSE"


def say(text: str) -> None:
    """A line for people, beside what a step prints as its result."""
    print(f"ingot: {text}", file=sys.stderr, flush=True)
