# SPDX-License-Identifier: Apache-2.0
"""`ingot npu compile` as a user calls it; and the words that every text about generated programs has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingot.base.errors import IngotError
from ingot.base.places import ROOT
from ingot.cli.main import ingot
from ingot.device.npu.generated_text import KNOWN
from support.npu_graphs import Small


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(ingot, ["npu", "compile", *(str(word) for word in words)])
    return result.exit_code, result.output


def test_each_layer_says_where_it_runs_and_why_not(tmp_path: Path) -> None:
    model = Small((4, 4, 16), zero=3).add().other().write(tmp_path)
    status, text = run(model, "--board", "n6dk", "--samples", 1)
    assert status == 0, text
    lines = text.splitlines()
    assert lines[0] == "model: 1 of 2 layers on the NPU, 1 epochs"
    assert lines[5].split()[:6] == ["0", "ADD", "NPU", "1", "1", lines[5].split()[5]]
    assert "  1: HARD_SWISH is not one of the operators that are generated" in lines
    assert "proof on the level of registers: no faults; inputs: seed 1" in lines
    assert lines[-1] == f"experimental: {KNOWN}"


def test_json_has_the_bound_beside_the_difference(tmp_path: Path) -> None:
    status, text = run(Small((4, 4, 16)).convolve(16).write(tmp_path), "--board", "n6dk", "--samples", 1, "--json")
    facts = json.loads(text)
    (layer,) = facts["layers"]
    assert status == 0 and facts["proof"]["faults"] == [] and facts["outside_of_the_table"] == []
    assert layer["largest"] <= layer["bound"] == 1 and 0 < layer["error_before_rounding"] < 1
    assert facts["cost"]["estimated"] and facts["experimental"] == KNOWN


def test_a_board_without_the_npu_is_refused(tmp_path: Path) -> None:
    model = Small((4, 4, 16)).convolve(16).write(tmp_path)
    with pytest.raises(IngotError) as raised:
        CliRunner().invoke(ingot, ["npu", "compile", str(model), "--board", "h747-disco"], catch_exceptions=False)
    assert raised.value.what == "STM32H747I-DISCO (STM32H747XI, Cortex-M7) has no Neural-ART NPU"


def test_the_page_says_what_is_known() -> None:
    """What no hardware has run is never called exact, nor timed."""
    page = (ROOT / "docs" / "npu.md").read_text(encoding="utf-8")
    section = page.split("\n## Programs of Ingot's own\n")[1].split("\n## ")[0]
    words = " ".join(section.split())
    assert KNOWN == (
        "predicted within one unit of the last place by simulation; forms of registers as in public builds; not yet "
        "run on hardware"
    )
    assert KNOWN in words
    assert "bit-exact" not in words and "measured" not in words
