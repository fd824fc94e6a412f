# SPDX-License-Identifier: Apache-2.0
"""Options of the table as flags of the command line."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from ingot.cli.shells import build_verb, ninja
from ingot.cli.words import again_words, options_of
from ingot.recipe.options import BY_NAME, default_options, names_of
from support.pose_model import pose_model

TABLE = names_of("network", "image", "run", "flash")


@pytest.mark.parametrize("name", TABLE)
def test_only_a_switch_takes_no_argument(name: str) -> None:
    (flag,) = [param for param in ninja.params if param.name == name and isinstance(param, click.Option)]
    assert flag.is_flag == (BY_NAME[name].kind == "switch")


def test_the_words_that_are_written_down_say_the_same() -> None:
    """A build file is written again with the words that it was asked for with."""
    words = ["--no-fuse", "--split", "--optimize", "ram", "--seal", "none", "--samples", "5", "--ram-limit", "4096"]
    with ninja.make_context("ninja", ["m", "--board", "b", *words]) as context:
        values = dict(context.params)
    with ninja.make_context("ninja", ["m", "--board", "b", *again_words(values)]) as context:
        again = dict(context.params)
    assert again == values
    options = options_of(values)
    changed = {name: options.values[name] for name in TABLE if options.values[name] != default_options().values[name]}
    assert changed == {
        "fuse": False, "split": True, "optimize": "ram", "seal": "none", "samples": 5, "ram_limit": 4096
    }  # fmt: skip


def test_a_report_comes_behind_the_verdict_that_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one `ingot build`; Ninja itself runs both at the same time."""
    asked: list[list[str]] = []
    monkeypatch.setattr("ingot.shells.ninja.run_ninja", lambda itself, targets, parallel: asked.append([*targets]))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.tflite").write_bytes(pose_model(0))
    words = ["net.tflite", "--board", "n6dk", "-t", "report", "-t", "check", "-t", "verify", "--quiet"]
    build_verb.main(words, standalone_mode=False)
    assert asked == [["verify"], ["report", "check"]]
