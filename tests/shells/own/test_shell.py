# SPDX-License-Identifier: Apache-2.0
"""What people see: help, typos, progress, the summary; and how little a null build does."""

import json
import re
import textwrap
from pathlib import Path

import pytest

from support.scons_project import Project

HEAVY = {"numpy", "tflite", "ai_edge_litert", "lief", "jinja2", "rich", "jsonschema", "yaml", "elftools", "ortools"}

#: Logs every start of a process; put on PYTHONPATH as sitecustomize.py.
SPY = """\
import sys

def hook(event, arguments):
    if event in ("subprocess.Popen", "os.fork", "os.posix_spawn", "os.system", "os.exec"):
        with open({log!r}, "a") as log:
            print(event, arguments[:2], file=log)

sys.addaudithook(hook)
"""

#: Writes which files were opened and which modules are there at the end.
COUNTER = """\
import atexit, sys

opened = []
sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == "open" else None)

def write():
    names = "\\n".join(opened)
    with open({log!r}, "w") as log:
        print(names, "", *sys.modules, sep="\\n", file=log)

atexit.register(write)
"""


def test_help_lists_boards_models_options_and_targets(built: Project) -> None:
    help_text = built.build("-h").out
    for word in ("n6dk", "nucleo-n657", "movenet", "small", "require_real=", "emulate", "verify", "pose_estimation"):
        assert word in help_text


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("bord=n6dk", "there is no option 'bord'\n  Did you mean 'board'?"),
        ("board=n6dkk", "there is no board 'n6dkk'\n  Did you mean 'n6dk'?"),
        ("model=movenett", "there is no model 'movenett'\n  Did you mean 'movenet'?"),
        ("optimize=rom", "optimize=rom is not known\n  Did you mean 'ram'?"),
        ("app=pose", "there is no application 'pose'"),
        ("samples=many", "samples=many is not a whole number"),
        ("ram_limit=-3", "ram_limit=-3 is below 0"),
        ("io_input=hold", "io_input=hold is not known\n  Known: keep, overwrite, rows."),
        (
            "input=absent.npy",
            "input: there is no file 'absent.npy'\n  Give a picture, a .npy, .npz or .bin file, or a folder of these.",
        ),
        (
            "build=/proc/none",
            "/proc/none: the folder cannot be made: no such file or directory\n  Build in another place: ",
        ),
        ("require_real=maybe", "require_real=maybe is not a switch\n  Use 0 or 1."),
        ("emulat", "there is no target 'emulat'\n  Did you mean 'emulate'?"),
    ],
)
def test_a_typo_is_one_message_with_the_nearest_name(built: Project, argument: str, message: str) -> None:
    build = built.scons(argument)
    assert build.status == 2
    assert message in build.err and build.err.startswith("ingot: ")
    assert "Traceback" not in build.err + build.out


def test_explore_refuses_a_limit(built: Project) -> None:
    build = built.scons("explore", "ram_limit=3000")
    assert build.status == 2
    assert build.err == "ingot: ram_limit=3000: explore tries limits of its own\n  Leave ram_limit= out.\n"


def test_a_missing_compiler_is_one_message(project: Project, tmp_path: Path) -> None:
    """No line of the shell's, and nothing under the name of an object file."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "sh").symlink_to("/bin/sh")
    build = project.scons("build=fresh", "-j2", PATH=str(tools))
    assert build.status == 2
    assert build.err.count("arm-none-eabi-gcc is not installed\n  Run ./bootstrap") == 1
    assert "not found" not in build.err
    assert not list((project.folder / "fresh").rglob("*.o"))


def test_progress_is_a_line_a_step_and_the_summary_tells_the_figures(project: Project) -> None:
    build = project.build("verbose=0", "build=fresh")
    lines = build.out.splitlines()
    progress = [line.split()[0] for line in lines if re.match(r"  \w+ +\S", line)]
    steps = ["compile", "layout", "config", "kernels", "firmware", "link", "binaries", "weights", "check"]
    assert sorted(progress[: len(steps)]) == sorted(steps)
    figures = json.loads((project.folder / "fresh/n6dk/small/summary.json").read_text())
    summary = build.out[build.out.index("small on n6dk") :]
    for word in ("pool octoFlash", "application ram", "flash slot application", "seconds: ", f"{figures['peak']:,}"):
        assert word in summary
    assert "  firmware in fresh/n6dk/small/; next: scons model=small build=fresh emulate, scons" in summary
    assert len(lines) < 40


def test_next_repeats_what_its_target_reads_and_no_dry_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from ingot.shells.scons.own.command_line import words_to_repeat

    words = ["flash", "model=small", "dry_run=1", "probe=openocd", "seed=4", "base=old.json", "board=n6dk", "-j2"]
    monkeypatch.setattr("sys.argv", ["scons", *words])
    assert words_to_repeat("flash") == ["model=small", "probe=openocd"]
    assert words_to_repeat("run") == ["model=small", "seed=4"]


def test_check_shows_the_memory_map(project: Project) -> None:
    build = project.build("check")
    assert (project.out / "memory_map.txt").read_text() in build.out
    assert build.steps == {"map": 1} and build.compiled == set()


def test_q_says_the_figures_alone_and_s_nothing(project: Project) -> None:
    project.train(9)
    build = project.build("-Q", "verbose=0")
    assert build.out.lstrip().startswith("small on n6dk") and not build.steps and build.err.strip() == ""
    project.train(10)
    build = project.build("-s", "verbose=0")
    assert build.out.strip() == "" and build.err.strip() == ""


def test_a_null_build_imports_nothing_heavy_and_starts_no_process(project: Project, tmp_path: Path) -> None:
    log = tmp_path / "log"
    spy = tmp_path / "spy"
    spy.mkdir()
    (spy / "sitecustomize.py").write_text(SPY.format(log=str(log)))
    build = project.scons(python=("-X", "importtime"), PYTHONPATH=str(spy))
    assert build.status == 0 and build.nothing
    imported = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in build.err.splitlines() if "|" in line}
    assert "ingot" in imported, "the test sees imports"
    assert imported & HEAVY == set()
    assert not log.exists(), log.read_text()


def test_the_spy_sees_processes(project: Project, tmp_path: Path) -> None:
    log = tmp_path / "log"
    (tmp_path / "sitecustomize.py").write_text(SPY.format(log=str(log)))
    (project.out / "firmware.elf").unlink()
    assert project.scons(PYTHONPATH=str(tmp_path)).links == 1
    assert log.read_text()


def test_a_null_build_does_little(project: Project, tmp_path: Path) -> None:
    """Counted, not timed: what it imports, and which files of the project it opens."""
    project.build()
    assert project.scons().nothing  # the first one hashes what the build wrote
    log = tmp_path / "log"
    (tmp_path / "sitecustomize.py").write_text(COUNTER.format(log=str(log)))
    assert project.scons(PYTHONPATH=str(tmp_path)).nothing
    opened, modules = log.read_text().split("\n\n")
    own = [name for name in modules.split() if name.split(".")[0] == "ingot"]
    assert len(own) < 90, own
    read = [name.removeprefix(f"{project.folder}/") for name in opened.splitlines() if "__pycache__" not in name]
    built = {name for name in read if name.startswith(("build/", "models/", "boards/", "firmware/"))}
    assert len(built) < 350, built


def test_a_stand_in_says_so_everywhere(project: Project) -> None:
    (project.folder / "models/small/make.py").write_text(
        textwrap.dedent("""\
            from ingot.model.stand_in import DESCRIPTION
            from ingot.model.tflite_writer import TfliteWriter

            def build():
                writer = TfliteWriter(DESCRIPTION)
                source = writer.tensor("in", (1, 4, 4, 3), "uint8", 0.5, 128)
                target = writer.tensor("out", (1, 4, 4, 3), "int8", 0.5, 0)
                writer.operator("QUANTIZE", (source,), target)
                return writer.finish((source,), (target,))
            """)
    )
    project.model_yaml.write_text(
        "name: small\nsource:\n  file: absent.tflite\n  stand_in: make.py\n  sha256: " + "ab" * 32 + "\n"
    )
    build = project.build("verbose=0")
    assert "STAND-IN for small" in build.err and "STAND-IN: the weights are invented" in build.out
    for name in ("network_generate_report.txt", "app_config.h", "memory_map.txt"):
        assert "STAND-IN" in (project.out / name).read_text(), name
    assert json.loads((project.out / "network_c_info.json").read_text())["ingot"]["stand_in"] is True
    assert project.build().nothing
    project.build("-c")
    refused = project.scons("require_real=1")
    assert refused.status == 2 and "refused because of require_real" in refused.err


@pytest.mark.emulated
def test_verify_and_emulate_run_the_twin(project: Project) -> None:
    build = project.build("verify", "emulate", "samples=2", "seed=4", "verbose=0")
    assert "2 samples equal to LiteRT's reference kernels, byte for byte" in build.out
    assert re.search(r"instructions [\d,]+ in \d+ epochs", build.out)
    again = project.build("verify", "samples=1")
    assert again.compiled == set() and again.steps == {"verify": 1}
