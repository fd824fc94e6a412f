# SPDX-License-Identifier: Apache-2.0
"""Limits that a run on the twin is compared with: stack, and cycles where they can be estimated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ingot.base.errors import IngotError
from ingot.device.run.cycles import Cycles
from ingot.model import Manifest, load_manifest
from ingot.network.types import NetworkEpoch, NetworkLayer
from ingot.report.budget import check_run
from support.boards import small_network

EPOCHS = (NetworkEpoch(1, "SW", ("a",), 0, (0,)), NetworkEpoch(2, "SW", ("b",), 0, ()))
LAYERS = (NetworkLayer(0, "CONV_2D", "net/block/conv", (1, 2), 0, 0, 0, ()),)
NETWORK = replace(small_network(), epochs=EPOCHS, layers=LAYERS)
CYCLES = Cycles(1000, (600, 300))


@pytest.fixture
def limited(tmp_path: Path) -> Manifest:
    path = tmp_path / "model.yaml"
    path.write_text("name: m\nsource: {file: m.tflite}\nbudget:\n  stack: 700\n  cycles: 1000\n")
    return load_manifest(path)


def test_within(limited: Manifest) -> None:
    assert check_run(limited, NETWORK, 700, CYCLES, "") == [
        "budget       stack 700 of 700 bytes, measured on the twin",
        "budget       cycles 1,000 of 1,000, estimated",
    ]


@pytest.mark.parametrize(
    ("stack", "cycles", "missing", "message"),
    [
        (
            701,
            CYCLES,
            "",
            "4: budget.stack is 700, the twin used 701\n"
            "  The figure is of the twin, whose application only runs the network.\n"
            "  Make it smaller, or raise the budget.",
        ),
        (
            700,
            Cycles(1001, (300, 601)),
            "",
            "5: budget.cycles is 1,000, the estimate is 1,001\n"
            "  Most: epoch 2 (no layer) 601, epoch 1 (block/conv) 300.\n"
            "  Make it smaller, or raise the budget.",
        ),
        (
            700,
            None,
            "llvm-mca is not installed",
            "5: budget.cycles cannot be compared here: llvm-mca is not installed\n"
            "  Provide what is missing, or take the limit out.",
        ),
    ],
)
def test_beyond(limited: Manifest, stack: int, cycles: Cycles | None, missing: str, message: str) -> None:
    with pytest.raises(IngotError) as caught:
        check_run(limited, NETWORK, stack, cycles, missing)
    assert str(caught.value) == f"{limited.path}:{message}"
