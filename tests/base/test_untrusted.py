# SPDX-License-Identifier: Apache-2.0
"""Files of others: limits with messages, and work that grows with the size of the file only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.base.untrusted import DEEPEST, LARGEST, is_deep, load_json, read_bounded
from ingot.base.yamlfile import load_yaml
from ingot.board.mpool_reading import read_mpool
from ingot.compiler.cache.store import HEAD, MAGIC, unpack
from ingot.device.flash.plan import Part
from ingot.device.flash.run import Record
from ingot.st.prebuilt.ecblobs import parse_ecblobs
from ingot.st.prebuilt.network_c import parse_network_c
from support.cpu_time import cpu_seconds

SCHEMA = ROOT / "site_scons" / "ingot" / "board" / "board.schema.json"


def test_a_file_beyond_its_limit_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "board.yaml"
    file.write_bytes(b"#" * LARGEST["yaml"] + b"#")
    with pytest.raises(IngotError, match=r"board.yaml: the file is larger than 262,144 bytes\n"):
        read_bounded(file, "yaml")


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 50_000, "{a: " * 60_000, "[" * 70 + "]" * 70])
def test_deep_yaml_is_a_message(text: str, tmp_path: Path) -> None:
    """libyaml's composer calls itself for each level and would end the process."""
    file = tmp_path / "board.yaml"
    file.write_text(text)
    with pytest.raises(IngotError, match=f"board.yaml:1: not usable YAML: more than {DEEPEST} lists or maps"):
        load_yaml(file, SCHEMA)


@pytest.mark.parametrize("number", [".nan", "-.inf", "+.Inf", ".NaN"])
def test_numbers_of_yaml_are_finite(number: str, tmp_path: Path) -> None:
    """A threshold that is NaN passes every minimum and maximum of a schema."""
    file = tmp_path / "board.yaml"
    file.write_text(f"a: [1.0,\n {number}]")
    with pytest.raises(IngotError, match=r"board.yaml:2: a\[1\] is .*, no finite number"):
        load_yaml(file, SCHEMA)


@pytest.mark.parametrize(
    ("text", "what"),
    [("[" * 200_000, "nested too deeply"), ("NaN", "NaN is not a number"), ("1" * 5000, "digits"), ("\udcff", "JSON")],
)
def test_json_beyond_its_limits_is_a_message(text: str, what: str) -> None:
    with pytest.raises(IngotError, match=what):
        load_json(text.encode(errors="surrogateescape"), "x.json")


def test_depth_of_values() -> None:
    value: Any = 0
    for _ in range(DEEPEST):
        value = [value]
    assert not is_deep(value)
    assert is_deep({"a": [value]})


@pytest.mark.slow
def test_thousands_of_banks_are_refused(tmp_path: Path) -> None:
    bank = "      - {name: bank%d, size: 1 KiB, owners: [network]}\n"
    text = (ROOT / "boards" / "n6dk" / "board.yaml").read_text()
    file = tmp_path / "board.yaml"
    memories = "memories:\n  - name: ram\n    kind: ram\n    base: 0x34000000\n    banks:\n"
    file.write_text(text.split("memories:")[0] + memories + "".join(bank % n for n in range(4000)))
    with pytest.raises(IngotError, match="a list of 4000; expected a list of at most 64 banks"):
        load_yaml(file, SCHEMA, partial=True)


def test_a_large_mpool_with_an_error_at_its_end(tmp_path: Path) -> None:
    file = tmp_path / "x.mpool"
    file.write_text('{"memory": {"mempools": []}, "x": "' + "a" * (200 << 10) + '",}')
    with pytest.raises(IngotError, match=r"not valid JSON.*\n  Of files beyond 64 KiB only strict JSON is read"):
        read_mpool(file)


@pytest.mark.parametrize("value", ["[]", "{}", "true", "null", '{"value": 1, "magnitude": []}'])
def test_values_of_another_type_in_a_pool(value: str, tmp_path: Path) -> None:
    file = tmp_path / "x.mpool"
    pool = '{"name": "a", "offset": %s, "size": {"value": "1", "magnitude": "KBYTES"}}' % value  # noqa: UP031
    file.write_text('{"memory": {"mempools": [%s]}}' % pool)  # noqa: UP031
    with pytest.raises(IngotError, match=r"x.mpool:1: "):
        read_mpool(file)


# ---- work that is linear

BLOCK = "ll_atonn_rt_epoch_block_array[] = {{ .epoch_num = %d, .last_epoch_num = %d, .flags = pure_sw }};"
LONG: dict[str, Callable[[int], str]] = {
    "blank lines": lambda n: "\n" * n,
    "blanks": lambda n: "#if " + " " * n + "x\n * --option = a" + " " * n + "b\n",
    "an open brace in a line": lambda n: BLOCK % (1, 1) + "buff_info[] = {{" + " .a={" * (n // 5),
    "a long string": lambda n: 'buff_info[] = {{ .name = "' + 'a"' * (n // 2),
    "open comments": lambda n: "/*" * (n // 2),
    "open pools": lambda n: "/* index=1 file postfix=a name=b offset=0 " * (n // 42),
    "open arrays": lambda n: "static const float a[] = {" * (n // 26),
    "blanks in an array": lambda n: "static const float a[" + " " * n,
    "open tables": lambda n: "LL_ATON_Input_Buffers_Info_a(" * (n // 29),
    "long words": lambda n: "LL_ATON_Input_Buffers_Info_" + "a" * n,
    "names of blobs": lambda n: "static const " + "uint64_t " * (n // 9) + "\n_ec_blob_" + "1" * n,
    "digits": lambda n: "#if LL_ATON_VERSION_MAJOR != " + "1" * n,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", LONG)
def test_twice_the_network_c_is_twice_the_work(kind: str) -> None:
    """Processor time of the smaller one is a few milliseconds; what is quadratic takes minutes for the larger one."""

    def spent(n: int) -> float:
        text = LONG[kind](n)

        begin = cpu_seconds()
        with suppress(IngotError):
            parse_network_c(text)
        parse_ecblobs(text)
        return cpu_seconds() - begin

    assert spent(400_000) < 4 * spent(200_000) + 0.2


@pytest.mark.parametrize(("first", "last"), [(1, 4_000_000_000), (200_000, 1), (-(1 << 62), 2)])
def test_epoch_ranges_have_a_limit(first: int, last: int) -> None:
    with pytest.raises(IngotError, match="expected numbers up to 100,000"):
        parse_network_c(BLOCK % (first, last))


def test_epochs_of_all_blocks_have_a_limit() -> None:
    head, element = BLOCK.replace("{{", "{ {").split("{ ", 1)
    element = element.removesuffix("};") % (1, 60_000) + ","
    assert len(parse_network_c(f"{head}{{ {element} }};").blocks) == 1
    with pytest.raises(IngotError, match="more than 100,000 epochs in sum"):
        parse_network_c(f"{head}{{ {element * 2} }};")


# ---- what is planted, and what the system refuses


def test_a_planted_entry_of_the_cache_counts_as_missing() -> None:
    import hashlib

    for body in (b"", b"PK\5\6" + bytes(18), b"no zip"):
        found = unpack(MAGIC + hashlib.sha256(body).digest() + body)
        assert not found
    assert HEAD == 40


@pytest.mark.parametrize("text", ["[]", "3", '{"0x71000000": 3}', '{"x": [1, "a"]}', '{"0x71000000": [-1, ""]}', "{"])
def test_a_record_of_another_shape_knows_nothing(text: str, tmp_path: Path) -> None:
    file = tmp_path / "flashed.json"
    file.write_text(text)
    part = Part("part", 0x71000000, bytes(4))
    record = Record(file)
    assert not record.has(part)
    record.forget(part)
    record.add(part)
    assert Record(file).has(part)


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "site_scons"), "INGOT_CACHE": str(folder / "cache")}
    return subprocess.run([sys.executable, "-m", "ingot", *words], cwd=folder, env=environment, capture_output=True)


def test_what_the_system_refuses_is_a_message(tmp_path: Path) -> None:
    """A full disk, a name that is too long, a file where a folder must be: file, reason, remedy; status 2."""
    (tmp_path / "file").write_text("x")
    cases = {
        "file/keys": "A file stands where a folder must be",
        "k" * 300: "Choose a shorter name",
    }
    for name, remedy in cases.items():
        done = run("image", "keys", name, "public", folder=tmp_path)
        said = done.stderr.decode()
        assert done.returncode == 2 and remedy in said and "Traceback" not in said, said
        assert name.split("/")[0] in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"b\xff.yaml")
    (tmp_path / name).write_text(json.dumps({}))
    done = run("image", "check", name, folder=tmp_path)
    assert done.returncode == 2 and b"Traceback" not in done.stderr
