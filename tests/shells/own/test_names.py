# SPDX-License-Identifier: Apache-2.0
"""Names that SCons or a shell reads its own way: the build uses the very file, or refuses it by name."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingot.base.places import ROOT
from support.pose_model import pose_model
from support.scons_project import Project

#: Each has a meaning for SCons, a shell, Make or a compiler.
NAMES = (
    "a$b",
    "$a",
    "a$",
    "a$$b",
    "${a}",
    "$(a$)",
    "#a",
    "a b",
    "a'b",
    'a"b',
    "a`touch ran`",
    "a;touch ran;",
    "a&touch ran&",
    "a|b",
    "a>b",
    "(a)",
    "a*",
    "a?[b]",
    "-a",
    "~a",
    "a,b",
    "a=b",
    "a\\b",
    "!a",
    "%a",
    "@a",
    "ä 模型",
)
SCONSTRUCT = """
import sys
sys.path.insert(0, SITE)
import json
import SCons.Errors
from ingot.shells.scons import tool
env = Environment(tools=["default", tool])
refused = {}
for number, (model, board, out) in enumerate(json.load(open("names.json"))):
    try:
        env.IngotModel("network", model, board=board, out=out)
    except SCons.Errors.UserError as error:
        refused[number] = str(error)
json.dump(refused, open("refused.json", "w"))
"""

pytestmark = pytest.mark.slow


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "INGOT_CACHE": str(folder / ".cache"), "INGOT_OFFLINE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "SCons", "-Q", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def foreign(folder: Path, networks: list[tuple[str, str, str]], *targets: str) -> dict[int, str]:
    """Builds the targets of somebody's SConstruct with these (model, board, out); the networks that it refuses."""
    (folder / "SConstruct").write_text(SCONSTRUCT.replace("SITE", repr(str(ROOT / "site_scons"))))
    (folder / "names.json").write_text(json.dumps(networks))
    done = run(folder, *targets)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not list(folder.rglob("ran"))
    return {int(number): text for number, text in json.loads((folder / "refused.json").read_text()).items()}


def sha256_of_built(info: Path) -> str:
    return str(json.loads(info.read_text())["ingot"]["model_sha256"])


def write_models(folder: Path, names: list[str]) -> list[str]:
    """A model of its own content for each name; the SHA-256 of each."""
    digests = []
    for number, name in enumerate(names):
        content = pose_model(0) + number.to_bytes(4, "little")  # behind what the format reads
        (folder / f"{name}.tflite").write_bytes(content)
        digests.append(hashlib.sha256(content).hexdigest())
    return digests


def build_models(folder: Path, names: list[str]) -> None:
    """All of them, written as SCons wants it (`$$`, `./`), and the result is of the very file."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    digests = write_models(folder, names)
    networks = [(f"./{name.replace('$', '$$')}.tflite", "n6dk", f"out{n}") for n, name in enumerate(names)]
    targets = [f"out{n}/network_c_info.json" for n in range(len(names))]
    assert foreign(folder, networks, *targets) == {}
    assert [sha256_of_built(folder / target) for target in targets] == digests


def test_models_of_a_foreign_sconstruct(tmp_path: Path) -> None:
    build_models(tmp_path / "project", list(NAMES))


@settings(max_examples=2, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.text("ab$#{}()'\"`;&|<>*?[]~! ,=\\%@-", min_size=1, max_size=8), min_size=6, max_size=6, unique=True)
)
def test_models_of_any_name(tmp_path: Path, names: list[str]) -> None:
    build_models(tmp_path / "project", names)


def test_a_variable_that_there_is_not_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.tflite").write_bytes(pose_model(0))
    models = ["a$b.tflite", "a${b}.tflite", "$HERE/a.tflite"]
    refused = foreign(tmp_path, [(model, "n6dk", f"out{n}") for n, model in enumerate(models)], "-n", "SConstruct")
    assert refused.keys() == {0, 1, 2}
    for number, model in enumerate(models):
        assert f"ingot: model is {model!r}, in which SCons cannot replace a variable: " in refused[number]
        assert "Write $$ for a dollar sign of the name." in refused[number]


def test_output_folders_of_a_foreign_sconstruct(tmp_path: Path) -> None:
    """They are in command lines: what a shell would misread is refused by name, the rest is built."""
    (tmp_path / "a.tflite").write_bytes(pose_model(0))
    outs = [name.replace("$", "$$") for name in NAMES]
    refused = foreign(tmp_path, [("a.tflite", "n6dk", out) for out in outs], "-n", "SConstruct")
    for number, name in enumerate(NAMES):
        plain = name in ("a b", "a=b", "%a", "@a", "ä 模型", "#a")  # `#a` is the folder a of the top
        assert (number in refused) != plain, name
        if not plain:
            assert f"ingot: out is {name!a}: " in refused[number] and "misread the" in refused[number]


def test_an_output_folder_with_a_blank_is_built(tmp_path: Path) -> None:
    (tmp_path / "a.tflite").write_bytes(pose_model(0))
    foreign(tmp_path, [("a.tflite", "n6dk", "my build/net")], "my build/net/obj/network.o")
    assert (tmp_path / "my build/net/obj/network.o").is_file()


def test_boards_of_a_foreign_sconstruct(tmp_path: Path) -> None:
    (tmp_path / "a.tflite").write_bytes(pose_model(0))
    for name in NAMES:
        shutil.copytree(ROOT / "boards" / "n6dk", tmp_path / "boards" / name)
        text = (tmp_path / "boards" / name / "board.yaml").read_text()
        (tmp_path / "boards" / name / "board.yaml").write_text(text.replace("name: n6dk", "name: ours"))
    boards = [f"./boards/{name.replace('$', '$$')}" for name in NAMES]
    targets = [f"out{n}/network.ld" for n in range(len(NAMES))]
    networks = [("a.tflite", board, f"out{n}") for n, board in enumerate(boards)]
    assert foreign(tmp_path, networks, *targets) == {}
    assert all("Linker script of board ours," in (tmp_path / target).read_text() for target in targets)


@pytest.mark.parametrize(
    "name",
    [
        "#a",
        "a b'",
        'a"`touch ran`;touch ran;(b)',
        *(pytest.param(n, marks=pytest.mark.thorough) for n in ("a$b", "$a", "a\\*")),
    ],
)
def test_models_and_boards_of_ingots_own(tmp_path: Path, name: str) -> None:
    project = Project.create(tmp_path / "project")
    (digest,) = write_models(project.folder, [name])
    shutil.copytree(project.folder / "boards" / "n6dk", project.folder / name)
    yaml = project.folder / name / "board.yaml"
    yaml.write_text(yaml.read_text().replace("name: n6dk", "name: ours"))
    arguments = [f"model={name}.tflite", f"board={name}", "build=out"]
    done = run(project.folder, *arguments, "info", "check", "-n")
    assert done.returncode == 0, done.stdout + done.stderr
    made = run(project.folder, *arguments, "info", f"out/ours/{plain(name)}/network_c_info.json")
    assert made.returncode == 0, made.stdout + made.stderr
    assert sha256_of_built(project.folder / f"out/ours/{plain(name)}/network_c_info.json") == digest
    assert not list(project.folder.rglob("ran"))


def plain(name: str) -> str:
    """The name that a bare model file gets."""
    from ingot.model.manifest import bare_manifest

    return bare_manifest(Path(f"{name}.tflite")).name


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """For builds that write nothing."""
    return Project.create(tmp_path_factory.mktemp("refused") / "project")


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("build=out$x", "build is 'out$x': SCons or a shell would misread the '$'"),
        ("build=a;touch ran;", "build is 'a;touch ran;': SCons or a shell would misread the ';'"),
        ("build=-x", "build is '-x': a command would misread the '-'"),
        ("build=#x", "build is '#x': SCons or a shell would misread the '#'"),
        ("launcher=$HOME/ccache", "launcher is '$HOME/ccache': SCons or a shell would misread the '$'"),
        ("name=../../x", "name: '../../x' cannot be the name of a network"),
        ("model=a\nb.tflite", "has '\\n'"),
    ],
)
def test_values_that_are_refused(untouched: Project, argument: str, message: str) -> None:
    project = untouched
    if argument.startswith("model="):
        (project.folder / argument.removeprefix("model=")).write_bytes(pose_model(0))
    before = {
        path for path in project.folder.rglob("*") if "__pycache__" not in str(path) and ".cache" not in str(path)
    }
    done = run(project.folder, "model=small", argument, "check")
    assert done.returncode == 2 and message in done.stderr and "Traceback" not in done.stderr, done.stderr
    after = {path for path in project.folder.rglob("*") if "__pycache__" not in str(path) and ".cache" not in str(path)}
    assert {path.name for path in after - before} <= {"build", ".sconsign.dblite"}


@pytest.mark.parametrize("name", ["a$b", "(a)", "it's $a;touch ran;"])
def test_working_folders(tmp_path: Path, name: str) -> None:
    """The working folder is in words that keep it out of objects."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "a.tflite").write_bytes(pose_model(0))
    foreign(folder, [("a.tflite", "n6dk", "out")], "out/obj/network.o")
    assert name.encode() not in (folder / "out/obj/network.o").read_bytes()


@pytest.mark.parametrize("name", ["a`touch ran`", "$(touch ran)"])
def test_a_working_folder_that_a_shell_would_run_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "a.tflite").write_bytes(pose_model(0))
    assert (
        "which SCons or a shell would replace" in foreign(folder, [("a.tflite", "n6dk", "out")], "-n", "SConstruct")[0]
    )
