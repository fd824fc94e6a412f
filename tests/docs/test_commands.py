# SPDX-License-Identifier: Apache-2.0
"""Every command of the user guide runs, in the order of its page, in a fresh copy of the project."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from ingot.base.child import ends_with_parent
from ingot.base.places import ROOT
from ingot.cli.operators import operators_page
from ingot.link.hexfile import hex_text
from ingot.network.c_info import read_c_info
from support.pose_model import pose_model
from support.scons_project import MODEL_YAML, Project

PAGES = (
    "README.md",
    *(
        path.relative_to(ROOT).as_posix()
        for name in ("docs/*.md", "examples/*/*.md")
        for path in sorted(ROOT.glob(name))
    ),
)
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)

# Pages that run on MoveNet's stand-in; the others do with a small model under its name.
MOVENET = ("README.md", "docs/verification.md")

# Pages whose commands other tests run in every run of CI: images, the bench, validate and load-and-run.
ELSEWHERE = ("docs/relocatable.md", "docs/performance.md", "docs/validate.md")

# Stands in for ./bootstrap, which installs packages: the rest of the command runs with what is installed.
BOOTSTRAP = '#!/bin/sh\nif [ $1 = test ]; then exit 0; fi\nexec "$@"\n'


def commands(page: str) -> str:
    """The commands of a page as one script."""
    return "\n".join(BLOCK.findall((ROOT / page).read_text()))


def with_commands() -> list[str]:
    return [page for page in PAGES if commands(page)]


def test_the_readme_opens_with_the_two_commands() -> None:
    first = BLOCK.search((ROOT / "README.md").read_text())
    assert first is not None
    assert first[1].splitlines() == ["./bootstrap scons board=n6dk model=movenet", "./bootstrap test"]


def test_the_page_of_operators_is_what_the_compiler_checks() -> None:
    text = (ROOT / "docs" / "operators.md").read_text()
    assert text == operators_page(), "run: ingot operators > docs/operators.md"


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text()):
            assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}"


def test_commands_of_pages_are_marked_as_such() -> None:
    """A block of another kind would not be run. Pieces of input files are marked as YAML, and are that."""
    for page in PAGES:
        text = (ROOT / page).read_text()
        assert set(re.findall(r"^```(\w+)$", text, re.MULTILINE)) <= {"sh", "yaml"}, page
        for piece in re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            assert isinstance(yaml.safe_load(piece), dict), page


@pytest.fixture(scope="module")
def with_movenet(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which MoveNet's stand-in was built."""
    return prepared(Project.create(tmp_path_factory.mktemp("docs") / "movenet"))


@pytest.fixture(scope="module")
def with_small_model(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same with a small pose model under MoveNet's name, for the pages on which the model does not matter."""
    project = Project.create(tmp_path_factory.mktemp("docs") / "small")
    folder = project.folder / "models" / "movenet"
    (folder / "small.tflite").write_bytes(pose_model(0))
    (folder / "model.yaml").write_text(MODEL_YAML.replace("name: small", "name: movenet"))
    example = project.folder / "examples" / "double_buffering" / "model.yaml"
    text = re.sub(
        r"^source:\n(  .*\n)+", "source:\n  file: ../../models/movenet/small.tflite\n", example.read_text(), flags=re.M
    )
    example.write_text(text)
    return prepared(project)


def prepared(project: Project) -> Project:
    """The project with what the pages take for granted: the commands on the path, a model, a first build
    for board and twin."""
    (project.folder / "bootstrap").write_text(BOOTSTRAP)
    (project.folder / "bootstrap").chmod(0o755)
    (project.folder / "your.tflite").write_bytes(pose_model(2))
    (project.folder / "ai_fsbl.hex").write_text(hex_text([(0x70000000, b"STM2abcd")]))
    tools = project.folder / "tools"
    tools.mkdir()
    for name, module in (("ingot", "ingot"), ("scons", "SCons"), ("python", "")):
        option = f"-m {module} " if module else ""
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {option}"$@"\n')
        (tools / name).chmod(0o755)
    project.build("model=movenet", "-j2", "firmware", "emulate")
    return project


@pytest.mark.slow
@pytest.mark.emulated
@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=pytest.mark.thorough if page in ELSEWHERE else ()) for page in with_commands()]
)
def test_every_command_of_the_page_runs(page: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    built: Project = request.getfixturevalue("with_movenet" if page in MOVENET else "with_small_model")
    project = built.copy(tmp_path / "project")
    for path in ("bootstrap", "tools/ingot", "tools/scons", "tools/python"):
        (project.folder / path).chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{project.folder / 'tools'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(project.folder / "site_scons"),
        "INGOT_CACHE": str(project.folder / ".cache"),
        "INGOT_OFFLINE": "1",
    }
    environment.pop("INGOT_MODEL_PATH", None)
    script = "set -e\n" + commands(page).replace("path/to/your.tflite", "your.tflite")
    done = subprocess.run(
        ["bash", "-c", script], cwd=project.folder, env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.slow
@pytest.mark.emulated
def test_the_emulator_of_the_debugging_page_waits_for_a_debugger(with_small_model: Project, tmp_path: Path) -> None:
    """In gdb's place something that says "continue" at once."""
    (block,) = re.findall(
        r"^```\n(head -c .*?)^```$", (ROOT / "docs/debugging.md").read_text(), re.DOTALL | re.MULTILINE
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    project = with_small_model.copy(tmp_path / "project")
    (size,) = [buffer.size for buffer in read_c_info(project.folder / "build/n6dk/movenet/network_c_info.json").inputs]
    script = block.replace("110592", str(size)).replace("tcp::1234", f"tcp:127.0.0.1:{port}")
    assert script != block
    words = ["bash", "-c", f"set -e\n{script.replace('qemu-system-arm', 'exec qemu-system-arm')}"]
    with subprocess.Popen(
        words, cwd=project.folder, stdin=subprocess.DEVNULL, preexec_fn=ends_with_parent()
    ) as emulator:
        debugger = connected(port)
        debugger.sendall(b"+$c#63")
        status = emulator.wait(60)
        debugger.close()
    assert status == 0 and (project.folder / "outputs.bin").stat().st_size > 0


def connected(port: int) -> socket.socket:
    for _ in range(600):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the emulator opens no port for a debugger")
