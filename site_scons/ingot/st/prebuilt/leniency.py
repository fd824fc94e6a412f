# SPDX-License-Identifier: Apache-2.0
"""What c_info files of ST Edge AI 2.x to 4.x spell in several ways, in one spelling."""

from __future__ import annotations

from typing import Any


def one_spelling(document: Any) -> Any:
    """The document without keys whose value is null (left out by other versions), addresses as decimal texts.

    Whatever else is unusual stays, for the schema to name.
    """
    if not isinstance(document, dict):
        return document
    result = _without_nulls(document)
    pools = result.get("memory_pools")
    for pool in pools if isinstance(pools, list) else ():
        if isinstance(pool, dict) and "address" in pool:
            pool["address"] = _decimal(pool["address"])
    return result


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _decimal(address: Any) -> str:
    """A number however it is written; names of C arrays and "NULL" stay."""
    text = str(address)
    try:
        return str(int(text, 0))
    except ValueError:
        return text
