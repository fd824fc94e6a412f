# SPDX-License-Identifier: Apache-2.0
"""Commands of pages that no test runs (they need a board, ST's tools, a network, or files of yours): their words exist.

tests/docs/test_commands.py runs the blocks that are marked as `sh`; the others are plain.
"""

from __future__ import annotations

import re
import shlex
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
                if words and words[0] in ("ingot", "scons") and "`" not in part:
                    yield shlex.split(part)


FOUND = [(page.relative_to(ROOT).as_posix(), words) for page in PAGES for words in commands(page.read_text())]


def test_there_are_such_commands() -> None:
    assert len([words for _, words in FOUND if words[0] == "ingot"]) > 15
    assert len([words for _, words in FOUND if words[0] == "scons"]) > 5


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
