# SPDX-License-Identifier: Apache-2.0
"""Versions as ST's tools, headers and files spell them, compared part by part, never as text."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBERS = re.compile(r"(?<![\d.])(\d+)\.(\d+)(?:\.(\d+))?(?:-(\d+)(?=[\s-]|$))?")


@dataclass(frozen=True, order=True)
class Version:
    """major.minor.micro-dev; dev counts commits (ST: `1.1.3-275`, `4.0.1-20581 7ed50de05`)."""

    major: int
    minor: int
    micro: int = 0
    dev: int = 0

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.micro}"
        return f"{text}-{self.dev}" if self.dev else text

    @property
    def series(self) -> str:
        """major.minor, what file layouts depend on."""
        return f"{self.major}.{self.minor}"


def parse_version(text: str) -> Version | None:
    """The first version in a text; None when there is none."""
    found = _NUMBERS.search(text)
    if found is None:
        return None
    return Version(*(int(part or 0) for part in found.groups()))


def parse_defines(text: str, prefix: str) -> Version | None:
    """The version that `#define <prefix>_MAJOR (1)` and so on give in a header; None when a part is missing."""
    parts = []
    for name in ("MAJOR", "MINOR", "MICRO", "DEV"):
        found = re.search(rf"^\s*#\s*define\s+{prefix}_{name}\s+\(?\s*(\d+)", text, re.MULTILINE)
        if found is None and name != "DEV":
            return None
        parts.append(int(found[1]) if found else 0)
    return Version(*parts)


def parse_library(file_name: str) -> Version | None:
    """The version in a name such as NetworkRuntime1010_CM55_GCC.a (10.1.0): two digits, then one and one.

    The oldest is libNetworkRuntime1000_CM55_GCC.a.
    """
    found = re.match(r"(?:lib)?NetworkRuntime(\d{2,})(\d)(\d)_", file_name)
    return Version(int(found[1]), int(found[2]), int(found[3])) if found else None
