# SPDX-License-Identifier: Apache-2.0
"""Commands in plain blocks of pages: their words exist, and each is run by a test that is named here.

tests/docs/test_commands.py runs the blocks that are marked as `sh`. A plain one needs a board, ST's tools, a network or
files of yours; a test runs the same command with something that stands in for them.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from ingot.base.places import ROOT
from ingot.cli.main import ingot
from ingot.recipe.options import BY_NAME
from ingot.shells.scons.own.command_line import TARGETS

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").glob("*/*.md")),
]
#: Programs whose commands are looked for.
PROGRAMS = (
    *("ingot", "scons", "cmake", "make", "ninja", "pip", "python", "pytest", "pre-commit", "./bootstrap"),
    *("git", "distccd", "qemu-system-arm", "gdb-multiarch", "cbuild", "west", "eval"),
)

_SHELLS = "tests/shells/test_same_bytes.py::test_each_verifies"
_PORT = "tests/device/protocol/test_board_port.py"
_UPDATE = "tests/update/test_commands.py::test_the_commands_of_the_page"
_FLASH = "tests/shells/own/test_board_targets.py::test_flash_shows_writes_skips_and_goes_on"

#: How a command of a page begins -> the test that runs it. A row of a page alone names it in front: "page: command".
RUN_BY = {
    # with a board's stand-in: QEMU on a pseudo terminal, a programmer that takes the files
    "docs/flash.md: scons": _FLASH,
    "docs/validate.md: scons model=movenet app=validate flash": _FLASH,
    "docs/validate.md: scons model=movenet app=validate validate port=": f"{_PORT}::test_validate_on_a_port",
    "docs/validate.md: scons model=movenet load-and-run port=": f"{_PORT}::test_load_and_run_flashes_and_runs",
    "ingot image self-test": _UPDATE,
    "ingot update": _UPDATE,
    # with a stand-in of ST's tools, their output, a repository or a project
    "scons board=n6dk model=movenet compiler=stedgeai verbose=1": "tests/shells/own/test_compilers.py"
    "::test_a_new_version_of_the_tool_generates_again",
    "scons board=n6dk model=movenet compiler=prebuilt": "tests/shells/own/test_compilers.py"
    "::test_a_prebuilt_network_is_taken_again_when_a_file_of_it_changes",
    "scons compiler=prebuilt": "tests/shells/own/test_reloc_npu.py::test_an_image_around_the_pack",
    "ingot compile movenet --compiler prebuilt": "tests/shells/own/test_compilers.py"
    "::test_an_output_of_2_1_as_sts_repositories_keep_it",
    "ingot check --board": "tests/link/test_foreign_firmware.py::test_the_map_is_printed",
    "ingot adopt . --write": "tests/adopt/test_adopt.py::test_the_lines_are_added_once",
    "ingot board new": "tests/board/test_from_pools.py::test_the_command_of_the_pages",
    "ingot h747 buffers": "tests/st/h747/test_cli.py::test_three_modes_of_a_model_that_does_not_fit_axiram",
    "ingot h747 patch": "tests/st/h747/test_cli.py::test_patch_shows_then_writes_then_has_nothing_to_do",
    "docs/st-repositories.md: make -C": "tests/shells/test_st_program.py"
    "::test_builtin_with_a_pack_links_sts_runtime_and_ingots_kernels",
    # with files of other names
    "scons fleet=fleet.yaml scheduler=": "tests/shells/test_fleet_parcels.py::test_a_worker_that_dies_is_replaced",
    "ingot fleet fleet.yaml --scheduler": "tests/shells/test_fleet_parcels.py::test_a_worker_that_dies_is_replaced",
    "scons fleet=": "tests/shells/test_fleet.py::test_one_command_of_scons",
    "ingot sbom": "tests/report/test_sbom.py::test_it_lists_what_the_firmware_is_made_of",
    "ingot watch": "tests/base/test_watch.py::test_the_command",
    "ingot new": "tests/start/test_new.py::test_labels_of_a_file",
    "docs/use-cases.md: scons": "tests/answers/test_anomaly.py::test_a_faulty_machine_is_told_on_the_host_and_the_twin",
    "ingot csolution": "tests/shells/test_modules.py::test_layer_is_the_same_in_any_folder",
    "ingot zephyr": "tests/shells/test_modules.py::test_module_is_the_same_in_any_folder",
    "west": "tests/shells/test_modules.py::test_module_builds_with_stand_ins_for_zephyr",
    "cbuild": "tests/shells/test_modules.py::test_layer_lists_files_that_exist",
    # the examples, installed from the wheel
    "pip install": "tests/packaging/test_distribution.py::test_the_installed_wheel_knows_its_version_also_for_cmake",
    "ingot ninja": _SHELLS,
    "ninja": _SHELLS,
    "cmake": _SHELLS,
    "make": _SHELLS,
    "examples/own_board/README.md: scons": "tests/shells/test_own_board.py::test_the_example_builds_and_verifies",
    "examples/two_models/README.md: scons": "tests/shells/test_two_models.py::test_both_are_exact_in_one_firmware",
    "examples/scons/README.md: scons": _SHELLS,
    # of a machine, or of developers
    "./bootstrap test": "tests/test_bootstrap.py::test_the_tests_want_the_other_build_systems_but_run_without",
    "./bootstrap --wheelhouse": "tests/test_bootstrap.py::test_python_packages_come_from_a_folder_of_wheels",
    "distccd": "tests/shells/test_caches.py::test_two_machines_of_distcc_compile_the_same_firmware",
    "scons -j8": "tests/shells/test_caches.py::test_two_machines_of_distcc_compile_the_same_firmware",
    "eval": "tests/cli/test_completion.py::test_the_line_of_the_page_makes_bash_offer_them",
    "qemu-system-arm": "tests/docs/test_commands.py::test_the_emulator_of_the_debugging_page_waits_for_a_debugger",
    "gdb-multiarch": "tests/docs/test_commands.py::test_the_emulator_of_the_debugging_page_waits_for_a_debugger",
    "python bench": "tests/docs/test_other_commands.py::test_the_benches_of_the_page_of_tests",
}

#: What no test can run: it is a checkout's or a network's own command.
NOT_RUN = {
    "pytest": "this is one",
    "pre-commit": "its hooks are what ./bootstrap test runs",
    "git clone": "a network",
    "pip download": "a network",
}

#: What a shell puts before, between and behind commands.
_BETWEEN = re.compile(r"\s(?:&&|\|\||[|;>])\s")


def commands(text: str) -> Iterator[list[str]]:
    """The words of each command in the plain blocks of a page, fenced or indented."""
    inside = None
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("```"):
            inside = None if inside is not None else line[3:].strip()
        elif inside == "" or (inside is None and line.startswith("    ")):
            for part in _BETWEEN.split(line.partition("  #")[0]):
                words = part.split()
                if words and words[0] in PROGRAMS and "`" not in part:
                    yield shlex.split(part)


FOUND = [(page.relative_to(ROOT).as_posix(), words) for page in PAGES for words in commands(page.read_text())]


def test_there_are_such_commands() -> None:
    assert len([words for _, words in FOUND if words[0] == "ingot"]) > 15
    assert len([words for _, words in FOUND if words[0] == "scons"]) > 5


def rows_for(page: str, words: list[str]) -> list[str]:
    """The rows of RUN_BY and NOT_RUN that are meant by a command."""
    text = " ".join(words)
    return [row for row in (*RUN_BY, *NOT_RUN) if text.startswith(row) or f"{page}: {text}".startswith(row)]


@pytest.mark.parametrize(("page", "words"), FOUND, ids=str)
def test_a_test_runs_it(page: str, words: list[str]) -> None:
    assert rows_for(page, words), f"{page}: no test runs `{' '.join(words)}`: mark it as sh, or name the test in RUN_BY"


def test_the_tests_are_there_and_no_row_is_left_over() -> None:
    meant = {row for found in FOUND for row in rows_for(*found)}
    assert {*RUN_BY, *NOT_RUN} - meant == set()
    for test in RUN_BY.values():
        file, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text(), test


@pytest.mark.parametrize(("page", "words"), [found for found in FOUND if found[1][0] == "ingot"], ids=str)
def test_verbs_and_flags_are_known(page: str, words: list[str]) -> None:
    command: click.Command = ingot
    context, left = click.Context(ingot), words[1:]
    while isinstance(command, click.Group):
        name, found, left = command.resolve_command(context, left)
        assert found is not None, f"{page}: {words}"
        command, context = found, click.Context(found, info_name=name)
    command.make_parser(context).parse_args(list(left))  # raises for a flag that is not there


@pytest.mark.parametrize(("page", "words"), [found for found in FOUND if found[1][0] == "scons"], ids=str)
def test_options_and_targets_are_known(page: str, words: list[str]) -> None:
    for word in words[1:]:
        name, equals, _ = word.partition("=")
        if equals:
            assert name in BY_NAME, f"{page}: {word}"
        elif not word.startswith("-") and "/" not in word:
            assert word in TARGETS, f"{page}: {word}"


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.emulated
@pytest.mark.parametrize("words", [words for page, words in FOUND if page == "docs/tests.md"], ids=" ".join)
def test_the_benches_of_the_page_of_tests(words: list[str]) -> None:
    """With two cases in place of 20,000."""
    few = [sys.executable, *words[1:], *(["--count", "2"] if "--count" in words else [])]
    done = subprocess.run(few, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
