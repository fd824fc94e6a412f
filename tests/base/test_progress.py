# SPDX-License-Identifier: Apache-2.0
"""A sign of life on terminals, at the moments that were asked for, and nowhere else."""

from __future__ import annotations

import time

import pytest

from ingot.base.progress import under_way


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, yes: bool = True) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: yes, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")


def wait_for(text: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What was said until `text` was; a slow machine has ten seconds."""
    said, end = "", time.monotonic() + 10
    while text not in said and time.monotonic() < end:
        time.sleep(0.01)
        said += capsys.readouterr().err
    return said


def test_what_takes_long_is_said_with_its_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_a_terminal(monkeypatch)
    with under_way("verify small", (0.01, 0.02)):
        said = wait_for("0.02 s", capsys)
    assert said == "ingot: verify small … 0.01 s\ningot: verify small … 0.02 s\n"


def test_what_ends_before_says_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    on_a_terminal(monkeypatch)
    started = time.monotonic()
    with pytest.raises(ValueError, match="of the work"), under_way("verify small", (600,)):
        raise ValueError("of the work")
    assert capsys.readouterr().err == "" and time.monotonic() - started < 60


def test_no_terminal_and_quiet_say_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_terminal(monkeypatch, False)
    with under_way("verify small", (0.0,)):
        time.sleep(0.05)
    on_a_terminal(monkeypatch)
    with under_way("verify small", (0.0,), wanted=False):
        time.sleep(0.05)
    assert capsys.readouterr().err == ""


def test_every_verb_and_every_step_of_scons_is_told() -> None:
    """At the two places through which all of them go."""
    import inspect

    from ingot.cli.verb import Verb
    from ingot.steps.call import run_step

    assert "under_way(" in inspect.getsource(Verb.invoke)
    assert "under_way(" in inspect.getsource(run_step)
