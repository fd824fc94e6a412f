# SPDX-License-Identifier: Apache-2.0
"""Colors are for terminals whose user has not said no."""

from __future__ import annotations

import io
import sys

import pytest

from ingot.base.console import say_error


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "variables", "colored"),
    [
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {"TERM": "xterm"}, False),
    ],
)
def test_colors(stream: io.StringIO, variables: dict[str, str], colored: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stderr", stream)
    say_error("no such board")
    assert stream.getvalue() == ("\033[1;31mingot:\033[0m no such board\n" if colored else "ingot: no such board\n")
