# SPDX-License-Identifier: Apache-2.0
"""c_info: what was written is read back, consumers find what they need, ST's own file is understood."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.compiler.emit.description import describe
from ingot.compiler.emit.initializer import render_initializer
from ingot.compiler.emit.network_c import emit_network_c
from ingot.network.c_info import parse_c_info, read_c_info
from ingot.network.c_info_writing import render_c_info
from ingot.network.types import Network
from support.compiled_table import compiled_table
from support.shared import shared


def network(**options) -> Network:
    compiled = compiled_table(**options)
    code = emit_network_c(compiled)
    raw = render_initializer(compiled.program, compiled.initializer, code.layout_id)
    return describe(compiled, code, raw)


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("io_placement", ["activations", "application"])
def test_round_trip(tmp_path: Path, fused: bool, io_placement: str) -> None:
    original = network(fused=fused, io_placement=io_placement)
    original = replace(original, stand_in=True, notes=("said",), lower_bound=7, unfused_peak=9, model_format="onnx")
    path = tmp_path / "network_c_info.json"
    path.write_text(render_c_info(original))
    assert read_c_info(path) == original


def test_the_same_network_gives_the_same_bytes() -> None:
    assert render_c_info(network()) == render_c_info(network())


def test_consumers_find_what_they_need() -> None:
    """The keys that ST's scripts read, with the types they expect."""
    document = json.loads(render_c_info(network()))
    assert document["json_schema_version"] == "2.0"
    for node in document["graphs"][0]["nodes"]:
        assert isinstance(node["name"], str) and isinstance(node["id"], int) and isinstance(node["macc"], int)
    for pool in document["memory_pools"]:
        assert {
            "id",
            "name",
            "alignment",
            "address",
            "offset_start",
            "size_bytes",
            "used_size_bytes",
            "buffers",
        } <= set(pool)
        assert isinstance(pool["address"], str)
    identities = {b["id"] for b in document["buffers"]}
    assert all(set(pool["buffers"]) <= identities for pool in document["memory_pools"])
    assert document["environment"]["generated_model"]["name"] == "network"
    tool = document["environment"]["tools"][0]
    assert tool["version"] and {"name", "type"} <= set(tool["input_model"])
    assert {"weights", "activations", "io", "series"} <= set(document["memory_footprint"])
    assert "power_estimates" in document and "memory_accesses" in document


def test_structure_is_that_of_a_real_file() -> None:
    """Every key of our file that the real one of ST Edge AI Core 3.0 has too holds the same JSON type."""
    real = json.loads(shared("st_ai_output/network_c_info.json").read_text())
    ours = json.loads(render_c_info(network()))
    assert set(real) <= set(ours)
    for key in ("buffers", "memory_pools"):
        assert set(real[key][0]) == set(ours[key][0])
        for name, value in real[key][0].items():
            assert type(ours[key][0][name]) is type(value), name
    assert set(real["graphs"][0]) == set(ours["graphs"][0])
    assert set(real["graphs"][0]["nodes"][0]) == set(ours["graphs"][0]["nodes"][0])
    assert set(real["environment"]) == set(ours["environment"])


def test_reads_a_real_file_of_st() -> None:
    path = shared("st_ai_output/network_c_info.json")
    description = read_c_info(path)
    raw = path.parent / "network_atonbuf.xSPI2.raw"
    (initializer,) = description.initializers
    assert (initializer.pool, initializer.file, initializer.address) == ("octoFlash", raw.name, 0x71000000)
    assert initializer.size == raw.stat().st_size
    assert description.compiler == "stedgeai" and description.compiler_version.startswith("3.0.0")
    assert [e.number for e in description.epochs] == list(range(1, 57))
    assert [e.number for e in description.epochs if e.kind == "SW"] == [56]
    (given,), (made,) = description.inputs, description.outputs
    assert given.shape == (1, 3, 128, 128) and given.dtype == "int8" and given.pool == "npuRAM5"
    assert made.shape == (1, 2) and made.zero_point == (-128,)
    assert description.pool("npuRAM5").base == 0x342E0000 and description.pool("npuRAM5").used == 245760


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a JSON file"),
        ("[]", "at the top level"),
        ('{"json_schema_version": "1.0"}', "'2.0' was expected at json_schema_version|is a required property"),
    ],
)
def test_broken_files_are_one_message(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "c_info.json"
    path.write_text(text)
    with pytest.raises(IngotError, match=message) as caught:
        read_c_info(path)
    assert str(path) in str(caught.value)


def test_every_missing_part_is_one_message(tmp_path: Path) -> None:
    """Each key of the file removed in turn: read, or refused with a message; never another exception."""
    document = json.loads(render_c_info(network(io_placement="application")))
    path = tmp_path / "c_info.json"
    refused = 0
    for container, key in _places(document):
        value = container.pop(key)
        path.write_text(json.dumps(document))
        try:
            read_c_info(path)
        except IngotError:
            refused += 1
        container[key] = value
    assert refused > 10
    assert parse_c_info(document) == network(io_placement="application")


def _places(node: object) -> list[tuple[dict, str]]:
    if isinstance(node, dict):
        return [(node, key) for key in list(node)] + [p for value in node.values() for p in _places(value)]
    if isinstance(node, list) and node:
        return _places(node[0])
    return []


def test_epochs_say_what_they_read_and_write() -> None:
    """A buffer between two epochs is traffic of both; one inside a fused epoch of none. Parameters are read."""

    def traffic(description: Network) -> list[tuple[list[str], list[str]]]:
        names = [buffer.name.split(" of ")[0] for buffer in description.buffers]
        return [([names[i] for i in e.reads], [names[i] for i in e.writes]) for e in description.epochs]

    middle = 'm "*/'
    assert traffic(network()) == [(["x", "parameters"], [middle]), ([middle, "parameters"], ["y"])]
    assert traffic(network(fused=True)) == [(["x", "parameters", "parameters"], ["y"])]
