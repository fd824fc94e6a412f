# SPDX-License-Identifier: Apache-2.0
"""No value of an input file leads a generated file out of its folder, or has code run that is not the model's."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingot.base.errors import IngotError
from ingot.base.file_names import LONGEST, file_name, output_path, write_outputs
from ingot.base.places import ROOT
from ingot.board import find_board, load_board
from ingot.board.mpool_reading import read_mpool
from ingot.compiler.compile import CompileOptions
from ingot.compiler.output_names import output_names
from ingot.link import sources as firmware
from ingot.model import load_manifest, open_manifest
from ingot.model.stand_in import build_stand_in
from ingot.network.types import Initializer
from ingot.recipe.options import parse_options
from ingot.recipe.request import Request
from ingot.st.stedgeai.outputs import Declared
from support.firmware import fixture_network

ESCAPES = ("../x", "/x", "a/../../x", "..", ".", "", "a/b", "a\\b", "..\\x", "a\nb", "a\0b", "x" * (LONGEST + 1))
SHA = "99558411dd7ea875a2bd8a4630373a6c92745dc612887794affc2c1f3e415551"


@pytest.mark.slow
@given(st.text(max_size=300))
def test_what_is_let_through_is_a_file_of_the_folder(text: str) -> None:
    folder = Path("/some/folder")
    try:
        path = output_path(folder, text)
    except IngotError:
        return
    assert path.parent == folder and path.name == text and path.resolve() == path


@pytest.mark.parametrize("name", ESCAPES)
def test_names_that_lead_elsewhere(name: str, tmp_path: Path) -> None:
    with pytest.raises(IngotError, match=r"cannot be part of a file name: it "):
        file_name(name, "a name")
    with pytest.raises(IngotError):
        write_outputs(tmp_path / "out", {"good.c": "", name: ""})
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("name", ["../x", "/x", "a\nb"])
def test_every_type_that_holds_names_of_files_refuses_them(name: str) -> None:
    network = fixture_network()
    pools = read_mpool(load_board(find_board("n6dk", ROOT / "boards")).pools_file)
    for make in (
        lambda: Initializer("octoFlash", name, 0, 0, 0),
        lambda: replace(network, name=name),
        lambda: replace(network, kernels=(name,)),
        lambda: output_names(name, pools),
        lambda: Declared("a.c", "a.h", "i", "r", (name,), ()),
        lambda: Request(model="m", board="b", out="o", name=name),
        lambda: CompileOptions(name=name).check(),
        lambda: parse_options({"name": name}),
    ):
        with pytest.raises(IngotError):
            make()


@pytest.mark.parametrize("key", ["mem_file_prefix", "memFilePrefix"])
@pytest.mark.parametrize("prefix", ["../x", "/x", "", "..", "a b", "a$b", "a\nb"])
def test_the_prefix_of_pools(tmp_path: Path, key: str, prefix: str) -> None:
    source = load_board(find_board("n6dk", ROOT / "boards")).pools_file
    document = json.loads(source.read_text())
    document["memory"] = {key: prefix, "mempools": document["memory"]["mempools"]}
    path = tmp_path / "p.mpool"
    path.write_text(json.dumps(document, indent=1))
    line = 1 + path.read_text()[: path.read_text().index(key)].count("\n")
    with pytest.raises(IngotError, match=r"mem_file_prefix is .*, which cannot be part of a file name") as error:
        read_mpool(path)
    assert error.value.where == f"{path}:{line}"


def test_a_prefix_of_your_own(tmp_path: Path) -> None:
    pools = read_mpool(load_board(find_board("n6dk", ROOT / "boards")).pools_file)
    assert output_names("network", replace(pools, prefix="my-net.v2")).raw == "network_my-net.v2.xSPI2.raw"


@pytest.mark.parametrize("file", ["...tflite", "-.tflite", "....tflite", "a.b.tflite", "..a.tflite"])
def test_a_bare_file_of_any_name_has_a_folder_of_its_own(tmp_path: Path, file: str) -> None:
    name = open_manifest(tmp_path / file).name
    assert (tmp_path / "build" / name).resolve().parent == tmp_path / "build"


@pytest.mark.parametrize("name", ["..", "a/b", "../x", "m\\n", ".m"])
def test_names_of_models_and_boards(tmp_path: Path, name: str) -> None:
    (tmp_path / "model.yaml").write_text(f'name: "{name}"\nsource:\n  file: m.tflite\n')
    with pytest.raises(IngotError, match="name is "):
        load_manifest(tmp_path / "model.yaml")
    shutil.copytree(ROOT / "boards" / "n6dk", tmp_path / "board")
    path = tmp_path / "board" / "board.yaml"
    path.write_text(path.read_text().replace("name: n6dk", f'name: "{name}"'))
    with pytest.raises(IngotError, match="name is "):
        load_board(path)


def stand_in(folder: Path, script: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "model.yaml"
    path.write_text(f"name: m\nsource:\n  file: m.tflite\n  sha256: {SHA}\n  stand_in: {script}\n")
    return path


def test_a_stand_in_is_of_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("raise SystemExit\n")
    own = tmp_path / "m"
    stand_in(own, "linked.py")
    (own / "linked.py").symlink_to("../other.py")
    (own / "inside").symlink_to("..")
    for script in ("../other.py", str(tmp_path / "other.py"), "linked.py", "inside/other.py", "../m/../other.py"):
        with pytest.raises(IngotError, match=r"not in the folder of the model.yaml"):
            load_manifest(stand_in(own, script))
    (own / "part").mkdir()
    for script in ("own.py", "part/own.py", "../m/own.py"):
        assert load_manifest(stand_in(own, script)).source.stand_in == own / script


def test_a_folder_of_links_to_another_checkout(tmp_path: Path) -> None:
    """As sandboxes of build systems have it: every file is a link, all to one folder."""
    stand_in(tmp_path / "m", "own.py")
    (tmp_path / "links").mkdir()
    for name in ("model.yaml", "own.py"):
        (tmp_path / "links" / name).symlink_to(tmp_path / "m" / name)
    assert load_manifest(tmp_path / "links" / "model.yaml").source.stand_in == tmp_path / "links" / "own.py"


def test_a_stand_in_leaves_nothing_in_its_folder(tmp_path: Path) -> None:
    script = tmp_path / "own.py"
    script.write_text(
        "from ingot.model.stand_in import DESCRIPTION\n"
        "from dataclasses import dataclass\n\n"
        "@dataclass\nclass A:\n    b: int = 0\n\n"
        "def build():\n    return DESCRIPTION.encode()\n"
    )
    assert build_stand_in(script)
    assert list(tmp_path.iterdir()) == [script]


@pytest.mark.parametrize(
    "asked",
    [
        {"sources": ["../../etc/passwd"]},
        {"sources": ["/etc/passwd"]},
        {"include": ["/etc"]},
        {"include": [".."]},
        {"defines": {"A": "`id`"}},
        {"defines": {"A;id": 1}},
    ],
)
def test_an_application_names_files_of_ingot_only(tmp_path: Path, asked: dict[str, object]) -> None:
    (tmp_path / "main.c").write_text("")
    (tmp_path / "application.json").write_text(json.dumps(asked))
    with pytest.raises(IngotError, match=r"own files have no|is no macro for the command line"):
        firmware.application_extras(tmp_path)
