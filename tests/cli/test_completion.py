# SPDX-License-Identifier: Apache-2.0
"""What a shell offers behind a beginning: verbs, options, values."""

from __future__ import annotations

import pytest
from click.shell_completion import BashComplete

from ingot.cli.main import ingot


@pytest.mark.parametrize(
    ("before", "begun", "offered"),
    [
        ([], "boa", {"board", "boards"}),
        (["new"], "--use", {"--use-case"}),
        (["new", "--build"], "c", {"cmake"}),
        (["new", "--use-case"], "sensor", {"sensor-windows"}),
    ],
)
def test_what_is_offered(before: list[str], begun: str, offered: set[str]) -> None:
    completion = BashComplete(ingot, {}, "ingot", "_INGOT_COMPLETE")
    assert {item.value for item in completion.get_completions(before, begun)} == offered
