# SPDX-License-Identifier: Apache-2.0
"""Values that stand as text on a command line: switches, numbers, tables."""

from __future__ import annotations

import json
from typing import Any

from ingot.base.errors import IngotError

TRUE = ("1", "yes", "true", "on")
FALSE = ("0", "no", "false", "off")


def switch(name: str, text: str) -> bool:
    """The switch that `text` means. Raises IngotError."""
    if text.lower() not in TRUE + FALSE:
        raise IngotError(f"{name}={text} is not a switch", remedy="Use 0 or 1.")
    return text.lower() in TRUE


def whole_number(name: str, text: str) -> int:
    """The whole number that `text` means, also in hexadecimal (0x...). Raises IngotError."""
    try:
        return int(text, 0)
    except ValueError as error:
        raise IngotError(f"{name}={text} is not a whole number") from error


def real_number(name: str, text: str) -> float:
    """The number that `text` means. Raises IngotError."""
    try:
        return float(text)
    except ValueError as error:
        raise IngotError(f"{name}={text} is not a number") from error


def table(name: str, text: str) -> dict[str, Any]:
    """The JSON object that `text` means. Raises IngotError."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise IngotError(f"{name}={text} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise IngotError(f"{name}={text} is not a JSON object")
    return value
