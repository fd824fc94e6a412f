# SPDX-License-Identifier: Apache-2.0
"""The benchmark's arithmetic and tables; figures come from the twin elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.device.run.bench import EpochCost, Measurement, Rival, as_dict, geometric_means, profile, read_rivals, table

ROWS = [
    Measurement(
        "a",
        "cortex-m55",
        1000,
        500,
        100,
        64,
        512,
        3000,
        900,
        (EpochCost(1, ("conv2d_1x1_s8",) * 2, 1000, 500, 1.0, 340, 80, 700),),
        700,
    ),
    Measurement("b", "cortex-m55", 0, 80, 10, 64, 512, 2000, 0, ()),
]
RIVALS = {"a": Rival("cortex-m55", 1000, 400, 6000, 2000), "b": Rival("cortex-m55", 80, 40, 4000)}


def test_means_are_geometric() -> None:
    assert geometric_means(ROWS, RIVALS) == pytest.approx(
        {"instructions": 0.5**0.5, "cycles": 0.35, "activations": 0.25, "code": 0.5}
    )


def test_models_without_a_rival_do_not_count() -> None:
    assert geometric_means(ROWS, {"a": RIVALS["a"]})["instructions"] == pytest.approx(0.5)
    assert geometric_means(ROWS, {}) == {}
    assert "geometric" not in table(ROWS, {})


RAM_AND_CODE = ("100", "0.250", "64", "3,000", "0.500", "900")


def test_table() -> None:
    lines = table(ROWS, RIVALS).splitlines()
    assert lines[3].split() == ["a", "1,000", "500", "0.50", "0.500", "700", "0.350", *RAM_AND_CODE]
    assert lines[4].split()[:6] == ["b", "0", "80", "1.000", "10", "0.250"]
    assert lines[5].split() == ["geometric", "mean", "0.707", "0.350", "0.250", "0.500"]


def test_only_ram_compares_between_cores() -> None:
    rows = [replace(row, core="cortex-m7") for row in ROWS]
    lines = table(rows, RIVALS).splitlines()
    assert lines[3].split() == ["a", "1,000", "500", "0.50", "700", "100", "0.250", "64", "3,000", "900"]
    assert lines[5].split() == ["geometric", "mean", "0.250"]
    assert (
        lines[-1] == "no ratios for instructions, cycles and code: the rival's are a cortex-m55's, these a cortex-m7's"
    )
    assert as_dict(rows, RIVALS)["models"][0]["ratios"] == {"activations": 0.25}
    assert "no ratios" not in table(ROWS, RIVALS) and "no ratios" not in table(rows, {})


def test_why_there_are_no_cycles_is_said_once() -> None:
    rows = [replace(row, cycles=None, no_cycles="no llvm-mca") for row in ROWS]
    assert table(rows, RIVALS).count("no estimated cycles: no llvm-mca\n") == 1
    assert table(rows, RIVALS).splitlines()[3].split() == ["a", "1,000", "500", "0.50", "0.500", *RAM_AND_CODE]
    assert as_dict(rows, RIVALS)["models"][0]["cycles"] is None


def test_models_without_figures_and_other_code() -> None:
    lines = table(ROWS, RIVALS, {"c": "it is\n  damaged"}, {"loader": 5000}).splitlines()
    assert lines[6].split() == ["loader", "5,000"]
    assert lines[-1] == "c: not measured. it is damaged"
    assert as_dict(ROWS, RIVALS, {"c": "damaged"})["not_measured"] == {"c": "damaged"}


def test_profile_counts_runs_of_kernels() -> None:
    cells = profile(ROWS[0]).splitlines()[3].split()
    assert cells == ["1", "2xconv2d_1x1_s8", "1,000", "340", "80", "500", "0.50", "700", "100.0", "%", "#" * 30]


def test_json_has_the_epochs() -> None:
    (epoch,) = as_dict(ROWS, RIVALS)["models"][0]["epochs"]
    assert (epoch["macs"], epoch["share"], epoch["bytes_read"], epoch["bytes_written"]) == (1000, 1.0, 340, 80)


def test_json_has_ratios() -> None:
    assert as_dict(ROWS, RIVALS)["models"][1]["ratios"]["instructions"] == 1.0


def test_shipped_figures() -> None:
    rivals = read_rivals(Path(__file__).parents[3] / "bench" / "rivals.csv")
    assert rivals["mlperf_kws_ref_model"] == Rival("cortex-m55", 1784775, 27348, 44992, 1990216)


def test_a_wrong_table(tmp_path: Path) -> None:
    (tmp_path / "rivals.csv").write_text("model,arena\na,1\n")
    with pytest.raises(IngotError, match="not a table of figures"):
        read_rivals(tmp_path / "rivals.csv")
