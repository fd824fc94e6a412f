# SPDX-License-Identifier: Apache-2.0
"""YAML with places: every mistake names file:line, the key, what was expected and the nearest key."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.base.yamlfile import Document, load_yaml

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "expected": "the board's name"},
        "kind": {"enum": ["ram", "flash"]},
        "count": {"type": "integer", "minimum": 1},
        "size": {"type": "string", "pattern": "^[0-9]+ (B|KiB|MiB)$", "expected": "a size such as 448 KiB"},
        "when": {"type": "string"},
        "items": {
            "type": "array",
            "items": {"type": "object", "additionalProperties": False, "properties": {"base": {"type": "integer"}}},
        },
    },
}


@pytest.fixture(autouse=True)
def private_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INGOT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def read(folder: Path, text: str | bytes) -> Document:
    file, schema = folder / "file.yaml", folder / "schema.json"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    schema.write_text(json.dumps(SCHEMA))
    return load_yaml(file, schema)


def message(folder: Path, text: str | bytes) -> str:
    with pytest.raises(IngotError) as caught:
        read(folder, text)
    return str(caught.value).replace(str(folder) + "/", "")


def test_data_and_places(tmp_path: Path) -> None:
    document = read(tmp_path, "# comment\nname: x\nitems:\n- base: 0x34000000\n- {base: 2}\nwhen: 2026-01-02\n")
    assert document.data == {
        "name": "x",
        "items": [{"base": 0x34000000}, {"base": 2}],
        "when": "2026-01-02",  # not a date object
    }
    assert document.where("items", 1, "base").endswith("file.yaml:5")
    assert document.where("items").endswith(":3")
    assert document.where("items", 0, "absent").endswith(":4"), "the nearest thing around an absent key"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: x\nsiez: 4 KiB\n", "file.yaml:2: unknown key 'siez'\n  Did you mean 'size'?"),
        ("kind: ram\n", "file.yaml:1: the key 'name' is missing\n  Add the board's name."),
        ("name: x\nkind: rma\n", "file.yaml:2: kind is 'rma', which is not known\n  Did you mean 'ram'?"),
        ("name: x\nsize: 4 KB\n", "file.yaml:2: size is '4 KB'; expected a size such as 448 KiB"),
        ("name: 3\n", "file.yaml:1: name is 3; expected the board's name"),
        ("name: x\ncount: 0\n", "file.yaml:2: count is 0; expected at least 1"),
        ("name: x\ncount: yes\n", "file.yaml:2: count is true; expected a whole number"),
        ("name: x\ncount: 1.0\n", "file.yaml:2: count is 1.0; expected a whole number"),
        ("name: x\nitems: 7\n", "file.yaml:2: items is 7; expected a list"),
        (
            "name: x\nitems:\n- base: 1\n- bass: 2\n",
            "file.yaml:4: unknown key 'bass' in items[1]\n  Did you mean 'base'?",
        ),
        ("name: x\nname: y\n", "file.yaml:2: the key 'name' is given twice"),
        ("name: x\n1: y\n", "file.yaml:2: a key must be plain text\n  Put it in quotes."),
        ("", "file.yaml: the file is empty"),
        ("[]", "file.yaml:1: the file is a list of 0; expected keys and values"),
        ("name: [\n", "file.yaml:2: not valid YAML: did not find expected node content"),
        ("name: x\n---\nname: y\n", "file.yaml:2: not valid YAML: but found another document"),
        (b"name: x\nkind: \xff\n", "file.yaml:2: the file is not UTF-8 text"),
        (
            "name: x\nitems: &a\n- base: 1\nwhen: *a\n",
            "file.yaml:4: when refers to a list or map by an alias\n  Write it out.",
        ),
    ],
)
def test_messages(tmp_path: Path, text: str | bytes, expected: str) -> None:
    assert message(tmp_path, text) == expected


def test_first_mistake_in_the_order_of_lines(tmp_path: Path) -> None:
    assert message(tmp_path, "name: x\nkind: rma\ncuont: 2\n").startswith("file.yaml:2:")
    assert message(tmp_path, "name: x\ncuont: 2\nkind: rma\n").startswith("file.yaml:2: unknown key 'cuont'")


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(IngotError, match="cannot read the file: No such file"):
        load_yaml(tmp_path / "none.yaml", tmp_path / "schema.json")


def test_deep_nesting_is_one_message(tmp_path: Path) -> None:
    text = "name: " + "[" * 3000 + "]" * 3000
    assert message(tmp_path, text) == "file.yaml:1: not usable YAML: more than 64 lists or maps in each other"


def test_cache_is_used_checked_and_replaceable(tmp_path: Path, private_cache: Path) -> None:
    text = "name: x\nitems:\n- base: 5\n"
    first = read(tmp_path, text)
    (kept,) = (private_cache / "yaml").iterdir()
    assert read(tmp_path, text) == first
    kept.write_bytes(kept.read_bytes()[:-3])  # damaged
    assert read(tmp_path, text) == first
    assert message(tmp_path, text + "cuont: 1\n") == "file.yaml:4: unknown key 'cuont'\n  Did you mean 'count'?"
    assert len(list((private_cache / "yaml").iterdir())) == 1, "a file with a mistake is not remembered"


def test_second_read_imports_nothing_heavy(tmp_path: Path) -> None:
    read(tmp_path, "name: x\n")
    code = (
        "import sys; from pathlib import Path; from ingot.base.yamlfile import load_yaml\n"
        f"load_yaml(Path({str(tmp_path / 'file.yaml')!r}), Path({str(tmp_path / 'schema.json')!r}))\n"
        "print(sorted({'yaml', 'jsonschema'} & set(sys.modules)))"
    )
    package = Path(__file__).resolve().parents[2] / "site_scons"
    done = subprocess.run([sys.executable, "-c", code], cwd=package, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 80), flip=st.integers(0, 255), place=st.integers(0, 80))
def test_damage_is_an_ingot_error_or_a_document(tmp_path: Path, cut: int, flip: int, place: int) -> None:
    text = bytearray(b"name: x\nkind: ram\nitems:\n- base: 0x10\n- {base: 2}\nwhen: 'a b'\n")
    text[place % len(text)] ^= flip
    try:
        assert isinstance(read(tmp_path, bytes(text[: len(text) - cut % 40])), Document)
    except IngotError as error:
        assert "file.yaml" in error.where
