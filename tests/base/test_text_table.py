# SPDX-License-Identifier: Apache-2.0
"""Help texts fit the terminal: no column runs into the next one."""

from __future__ import annotations

import pytest

from ingot.base.text_table import help_line
from ingot.recipe.options import OPTIONS, options_help
from ingot.shells.scons.own.command_line import TARGETS


def test_a_long_text_goes_on_below_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    assert help_line("name", "one two three four five six seven", 2, 10).splitlines() == [
        "  name    one two three four five six seven",
    ]
    assert help_line("name", "one two three four five six seven eight", 2, 12).splitlines() == [
        "  name      one two three four five six",
        "            seven eight",
    ]
    assert help_line("a-name-too-long", "text", 2, 12).splitlines() == ["  a-name-too-long", "            text"]


def test_the_help_of_scons_fits_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = options_help().splitlines()
    lines += [line for name, text in TARGETS.items() for line in help_line(name, text, 2, 24).splitlines()]
    assert max(map(len, lines)) <= 80
    assert {option.name for option in OPTIONS} == {
        line.split("=")[0].strip() for line in lines if line[4:5].strip() and "=" in line[:22]
    }
    for line in lines:
        if line.startswith("  ") and line[2:3].strip() and line.split()[0] in TARGETS:
            assert line[23] == " " and line[24] != " "
