# SPDX-License-Identifier: Apache-2.0
"""docs/operators.md names every operator that a .tflite file can have."""

from __future__ import annotations

import fnmatch
import re

import pytest
import tflite

from ingot.cli.operators import REFUSED, operators_page

KINDS = [name for name in dir(tflite.BuiltinOperator) if name.isupper()]
NO_OPERATOR = "PLACEHOLDER_FOR_GREATER_OP_CODES"
PAGE = operators_page()


def refused(kind: str) -> bool:
    listed = (name.split()[0] for names in REFUSED for name in names.split(", "))
    return any(fnmatch.fnmatchcase(kind, name) for name in listed)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != NO_OPERATOR])
def test_is_known_or_refused_with_a_reason(kind: str) -> None:
    known = re.search(rf"\b{kind}\b", PAGE.partition("## Refused")[0]) is not None
    assert known != refused(kind), f"{kind}: neither known nor refused, or both"
