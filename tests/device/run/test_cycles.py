# SPDX-License-Identifier: Apache-2.0
"""Estimated cycles: QEMU's log of blocks, llvm-mca's view of them, and both on a real firmware."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from ingot.board.cores import core_named
from ingot.device.run import pipeline
from ingot.device.run.blocks import read_log
from ingot.device.run.cycles import missing

needs_mca = pytest.mark.skipif(shutil.which("llvm-mca-16") is None, reason="llvm-mca-16 is not installed")
M55, M7 = core_named("cortex-m55").llvm, core_named("cortex-m7").llvm

LOG = b"""\
----------------
IN: inference_run
0x00000100:  b510       push     {r4, lr}
0x00000102:  f000 f800  bl       #0x200

Trace 0: 0x7f01 [00000000/00000100/00000000/00000000] inference_run
----------------
IN: LL_ATON_End_EpochBlock_1
0x00000200:  ee35       .byte    0x35, 0xee
0x00000202:  0e0f       .byte    0x0f, 0x0e
0x00000204:  d1fc       bne      #0x200

Trace 0: 0x7f02 [00000000/00000200/00000000/00000000] LL_ATON_End_EpochBlock_1
----------------
IN: kernel
0x00000300:  3901       subs     r1, #1
0x00000302:  d1fd       bne      #0x300

Trace 0: 0x7f03 [00000000/00000300/00000000/00000000] kernel
Trace 0: 0x7f03 [00000000/00000300/00000000/00000000] kernel
Trace 0: 0x7f02 [00000000/00000200/00000000/00000000] LL_ATON_End_EpochBlock_1
----------------
IN: LL_ATON_RT_Reset_Network
0x00000400:  4770       bx       lr

Trace 0: 0x7f04 [00000000/00000400/00000000/00000000] LL_ATON_RT_Reset_Network
Trace 0: 0x7f03 [00000000/00000300/00000000/00000000] kernel
"""


def test_blocks_belong_to_the_epoch_that_began_last() -> None:
    found = read_log(LOG.splitlines(keepends=True), 0x100, 0x400, [0x200])
    assert found is not None
    assert found.runtime == Counter({(0x100, 0x106): 1})
    assert found.epochs == (Counter({(0x200, 0x206): 1, (0x300, 0x304): 2}), Counter({(0x200, 0x206): 1}))


def test_a_log_that_ends_early_has_no_inference() -> None:
    assert read_log(LOG.splitlines(keepends=True)[:-6], 0x100, 0x400, [0x200]) is None
    assert read_log([], 0x100, 0x400, [0x200]) is None


@needs_mca
def test_loads_and_products_overlap() -> None:
    """A vector load and a vector product take their units two cycles each, side by side."""
    assert M55 is not None
    pair = ["vldrb.8 q0, [r1], #16", "vmlava.s8 r4, q2, q3"]
    loads, both = pipeline.cycles([pair[:1] * 8, pair * 8], M55)
    assert loads == pytest.approx(16, abs=1) and both == pytest.approx(16, abs=2)


@needs_mca
def test_what_llvm_mca_refuses_has_costs_of_its_own() -> None:
    """Ends of loops are free, calls are branches, and an instruction that nobody knows takes a cycle."""
    assert M55 is not None and M7 is not None
    adds = ["add r0, r1"] * 4
    plain, loop, call, unknown, empty = pipeline.cycles(
        [adds, [*adds, "le lr, 0x100 <f+0x10> @ imm = #-0x4"], [*adds, "bl 0x200 <g>"], [*adds, "nonsense r1"], []], M55
    )
    assert loop == plain and call < plain + 4 and unknown == plain + 1 and empty == 0
    assert pipeline.cycles([["smlad r0, r1, r2, r0", "cbz r1, 0x100"]], M7)[0] >= 1


def test_why_there_is_no_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing("cortex-m0plus") == "LLVM has no model of the Cortex-M0+'s pipeline"
    monkeypatch.setattr(pipeline, "installed", lambda name: None)
    assert missing("cortex-m55") == "llvm-mca is not installed (apt-get install llvm-16)"


@needs_mca
def test_every_core_with_a_model_is_known_to_llvm() -> None:
    for name in ("cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"):
        model = core_named(name).llvm
        assert model is not None and pipeline.cycles([["add r0, r1, r2"]], model)[0] > 0


def test_tools_of_llvm_are_found_by_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    newest = tmp_path / "llvm-mca-19"
    newest.write_text("#!/bin/sh\n")
    newest.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    pipeline.installed.cache_clear()
    try:
        assert pipeline.installed("llvm-mca") == str(newest)
        assert pipeline.installed("llvm-objdump") is None
    finally:
        pipeline.installed.cache_clear()
