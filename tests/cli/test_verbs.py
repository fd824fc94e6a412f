# SPDX-License-Identifier: Apache-2.0
"""One grammar for all verbs of `ingot`: --json and --quiet everywhere, one table, lazy modules, one page of options."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ingot.base.console import say
from ingot.base.places import ROOT
from ingot.cli.main import ingot
from ingot.cli.options import options_page, words_of
from ingot.cli.table import SECTIONS, VERBS
from ingot.cli.verb import Verb, Verbs
from ingot.cli.words import is_of_table
from ingot.recipe.options import GROUPS, OPTIONS
from support.pose_model import pose_model


def verbs(group: click.Group, prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every verb by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            assert isinstance(command, Verbs), name
            yield from verbs(command, (*prefix, name))
        else:
            yield (*prefix, name), command


ALL = dict(verbs(ingot))

#: Verbs that run here in little time -> the arguments. The others need QEMU, a board or SCons.
ARGUMENTS: dict[tuple[str, ...], list[str]] = {
    ("board", "new"): ["mine", "--out", "mine"],
    ("boards",): [],
    ("cache", "clean"): [],
    ("cache", "stats"): [],
    ("cache", "verify"): [],
    ("cmake-dir",): [],
    ("compile",): ["net.tflite", "--board", "n6dk", "--out", "out"],
    ("doctor",): [],
    ("explore",): ["net.tflite", "--board", "n6dk"],
    ("image", "keys"): ["private", "public"],
    ("info",): ["net.tflite"],
    ("linker-script",): ["--board", "n6dk", "--network", "out/network_c_info.json", "--out", "out/network.ld"],
    ("make-dir",): [],
    ("make-rules",): ["net.tflite", "--board", "n6dk", "--out", "net.mk"],
    ("models",): [],
    ("new",): ["poses", "--model", "net.tflite", "--board", "n6dk"],
    ("ninja",): ["net.tflite", "--board", "n6dk"],
    ("operators",): [],
    ("options",): [],
    ("report",): ["out/network_c_info.json"],
    ("step",): ["info", "--in", "model=net.tflite"],
}


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_verb_has_json_and_quiet(words: tuple[str, ...]) -> None:
    command = ALL[words]
    assert isinstance(command, Verb)
    flags = {flag for parameter in command.params for flag in parameter.opts}
    assert {"--json", "--quiet"} <= flags
    assert command.help


def test_each_row_of_the_table_is_that_verb() -> None:
    context = click.Context(ingot)
    for name, (_, text) in VERBS.items():
        command = ingot.get_command(context, name)
        assert command is not None and command.name == name
        assert text.endswith(".") and len(text) < 90


def test_every_verb_stands_under_one_title() -> None:
    assert sum(map(len, SECTIONS.values())) == len(VERBS)
    printed = CliRunner().invoke(ingot, ["--help"]).output
    titles = [line.removesuffix(":") for line in printed.splitlines() if line.endswith(":") and line[0] != " "]
    assert titles == ["Options", *SECTIONS]
    starts = {re.search(r"\S", line[len(name) + 2 :]).start() + len(name)  # type: ignore[union-attr]
              for line in printed.splitlines() for name in VERBS if line.startswith(f"  {name} ")}  # fmt: skip
    assert len(starts) == 1, "one column for all titles"


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_help_has_a_row_for_each_flag_and_none_without_words(words: tuple[str, ...]) -> None:
    """The verb's own flags come first. What is mandatory is in the line of usage."""
    printed = CliRunner().invoke(ingot, [*words, "--help"], prog_name="ingot").output
    own = printed.index("\nOptions:\n")
    assert all(printed.find(f"\n{title}:\n") in (-1, *range(own, len(printed))) for title in GROUPS.values())
    for parameter in ALL[words].params:
        if isinstance(parameter, click.Argument):
            assert f" {parameter.make_metavar(click.Context(ALL[words]))}" in printed.splitlines()[0]
        else:
            assert parameter.opts[0] in printed and getattr(parameter, "help", ""), parameter.name
    assert not re.search(r"^  \[?[A-Z_]+\]?$", printed, re.MULTILINE)


@pytest.mark.parametrize("group", [words[:-1] for words in ALL if len(words) == 2], ids=" ".join)
def test_the_list_of_a_word_cuts_no_sentence(group: tuple[str, ...]) -> None:
    assert "..." not in CliRunner().invoke(ingot, [*group, "--help"]).output.replace("[ARGS]...", "")


def test_help_imports_no_verb() -> None:
    code = "import sys\nfrom ingot.cli.main import ingot\ntry:\n    ingot(['--help'])\nexcept SystemExit:\n    pass\n"
    code += "print(sorted(name for name in sys.modules if name.startswith('ingot.')), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "load-and-run" in done.stdout
    loaded = {
        "ingot.base",
        "ingot.base.console",
        "ingot.base.errors",
        "ingot.cli",
        "ingot.cli.main",
        "ingot.cli.table",
        "ingot.cli.verb",
    }
    assert done.stderr.strip() == str(sorted(loaded))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("verbs")
    (place / "net.tflite").write_bytes(pose_model(0))
    return place


@pytest.fixture
def here(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the model and its network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INGOT_CACHE", str(folder / "cache"))
    (tmp_path / "net.tflite").write_bytes((folder / "net.tflite").read_bytes())
    ingot.main(["compile", "net.tflite", "--board", "n6dk", "--out", "out", "--quiet"], standalone_mode=False)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("words", ARGUMENTS, ids=" ".join)
def test_json_is_one_value_and_nothing_else(
    here: Path, words: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    ingot.main([*words, *ARGUMENTS[words], "--json"], standalone_mode=False)
    assert isinstance(json.loads(capfd.readouterr().out), dict | list)


@pytest.mark.slow
@pytest.mark.parametrize("words", ARGUMENTS, ids=" ".join)
def test_quiet_prints_nothing(here: Path, words: tuple[str, ...], capfd: pytest.CaptureFixture[str]) -> None:
    ingot.main([*words, *ARGUMENTS[words], "--quiet"], standalone_mode=False)
    assert capfd.readouterr().out == ""


def test_what_programs_print_does_not_reach_json(capfd: pytest.CaptureFixture[str]) -> None:
    @click.command(cls=Verb)
    def loud() -> dict[str, int]:
        print("for people")
        subprocess.run([sys.executable, "-c", "print('of a program')"], check=True)
        return {"answer": 1}

    loud.main(["--json"], standalone_mode=False)
    shown = capfd.readouterr()
    assert json.loads(shown.out) == {"answer": 1} and shown.err == "of a program\n"
    loud.main(["--quiet"], standalone_mode=False)
    assert capfd.readouterr() == ("", "")
    loud.main([], standalone_mode=False)
    assert "for people" in capfd.readouterr().out


def test_notes_are_not_said_with_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    @click.command(cls=Verb)
    def noting() -> None:
        say("a note")

    noting.main(["--quiet"], standalone_mode=False)
    assert capfd.readouterr() == ("", "")
    noting.main([], standalone_mode=False)
    assert capfd.readouterr().err == "ingot: a note\n"


def test_a_failing_verb_keeps_its_status_with_json(capfd: pytest.CaptureFixture[str]) -> None:
    @click.command(cls=Verb)
    def broken() -> None:
        print("FAILED it")
        sys.exit(1)

    with pytest.raises(SystemExit) as status:
        broken.main(["--json"], standalone_mode=False)
    assert status.value.code == 1 and json.loads(capfd.readouterr().out) == {"printed": ["FAILED it"]}


# ---- the page of options


def test_the_page_of_options_is_what_is_declared() -> None:
    assert (ROOT / "docs/options.md").read_text() == options_page(), "run: ingot options --markdown > docs/options.md"


def test_flags_of_the_page_are_flags_of_verbs() -> None:
    of_shells = {"ninja", "build", "make-rules", "cmake-network"}
    flags = {
        parameter.name
        for words, command in ALL.items()
        for parameter in command.params
        if words[0] not in of_shells and isinstance(parameter, click.Option) and is_of_table(parameter)
    }
    assert {option.name for option in OPTIONS if words_of(option)[-1].startswith("`--")} <= flags
    built = {parameter.name for parameter in ALL["ninja",].params if is_of_table(parameter)}
    assert {option.name for option in OPTIONS if words_of(option)[3].startswith("`--")} == built


def test_the_flags_of_a_build_stand_under_the_titles_of_scons_h() -> None:
    from ingot.recipe.options import options_help

    text = ALL[("build",)].get_help(click.Context(ALL[("build",)], info_name="build"))
    titles = [line[:-1] for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert titles == ["Options", *(title for title in GROUPS.values() if f"{title}:" in text)]
    assert len(titles) > 6 and all(f"  {title}" in options_help() for title in titles[1:])
