# SPDX-License-Identifier: Apache-2.0
"""The schemas of input files are what their text says: no key twice, every reference leads somewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import ingot

PACKAGE = Path(ingot.__file__).parent
SCHEMAS = sorted(PACKAGE.rglob("*.schema.json"))


def no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """JSON takes the last of two equal keys without a word."""
    keys = [key for key, _ in pairs]
    assert len(set(keys)) == len(keys), f"a key stands twice in {keys}"
    return dict(pairs)


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from references(part)


def target(schema: object, reference: str) -> object:
    assert reference.startswith("#/"), reference
    for part in reference.removeprefix("#/").split("/"):
        assert isinstance(schema, dict) and part in schema, f"{reference} leads nowhere"
        schema = schema[part]
    return schema


def test_all_schemas_are_found() -> None:
    assert {path.name for path in SCHEMAS} >= {"model.schema.json", "board.schema.json", "fleet.schema.json"}


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_schema_is_what_it_says(path: Path) -> None:
    schema = json.loads(path.read_text(), object_pairs_hook=no_key_twice)
    Draft202012Validator.check_schema(schema)
    for reference in references(schema):
        target(schema, reference)
