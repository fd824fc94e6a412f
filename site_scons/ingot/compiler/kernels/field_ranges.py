# SPDX-License-Identifier: Apache-2.0
"""Whether the numbers of a call fit the C types of its kernel's descriptor (`typedef struct ingot_...` in its header).

A C compiler cuts off what does not fit, and the kernel would run with another number.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from ingot.base.errors import IngotError
from ingot.base.places import kernels_dir
from ingot.compiler.kernels.program import Call

_STRUCT = re.compile(r"typedef struct ingot_(\w+) \{(.*?)\} ingot_\1;", re.DOTALL)
_FIELDS = re.compile(r"^\s*(u?)int(8|16|32)_t ([\w, \[\]]+);", re.MULTILINE)


def check_fields(call: Call) -> None:
    """Raises IngotError at the first number that is outside of what its field holds."""
    ranges = _ranges().get(call.descriptor, {})
    for name, value in call.fields.items():
        for number in value if isinstance(value, tuple) else (value,):
            low, high = ranges.get(name, (number, number))
            if not low <= number <= high:
                raise IngotError(f"its {name} is {number:,}; the kernel takes {low:,} to {high:,}")


@functools.cache
def _ranges() -> Mapping[str, Mapping[str, tuple[int, int]]]:
    """Descriptor -> field -> the least and the most that it holds."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for header in sorted(kernels_dir().glob("*.h")):
        for name, body in _STRUCT.findall(header.read_text(encoding="utf-8")):
            for unsigned, bits, fields in _FIELDS.findall(body):
                half = 1 << (int(bits) - 1)
                span = (0, 2 * half - 1) if unsigned else (-half, half - 1)
                found.setdefault(name, {}).update(dict.fromkeys(re.findall(r"([a-z]\w*)(?:\[\w+\])*", fields), span))
    return found
