# SPDX-License-Identifier: Apache-2.0
"""Steps on networks for the NPU: listing their epochs, and verifying them on the simulator."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingot.base.errors import IngotError

if TYPE_CHECKING:
    from ingot.st.npu.build import Build


def list_npu(c_info: Path, files: Sequence[Path], *, as_json: bool = False) -> None:
    """Prints the epochs of the NPU, and what they cost at least. files: everything that the compiler wrote."""
    from ingot.st.npu.cost import cost_facts, cost_text, costs_of
    from ingot.st.npu.listing import build_facts, list_text

    build = _build(c_info)
    costs = costs_of(build)
    if as_json:
        print(json.dumps(build_facts(build) | {"cost": cost_facts(costs)}, indent=2, sort_keys=True))
    else:
        print(list_text(build) + "\n" + cost_text(costs), end="")


def verify_npu(
    c_info: Path,
    files: Sequence[Path],
    model: Path,
    verdict: Path,
    *,
    input: str = "",
    samples: int = 3,
    seed: int = 1,
    manifest: str = "",
    as_json: bool = False,
) -> None:
    """Runs the network on the simulator, and judges each epoch by the model's tensors.

    files: everything that the compiler wrote. manifest, verdict: see `verify`. Raises IngotError where an epoch is
    further from the model than its kind explains.
    """
    from ingot.device.npu.judged import judge_build
    from ingot.device.npu.text import conclusion, verdict_facts, verdict_text
    from ingot.device.run.samples import samples_of
    from ingot.network.c_info import read_c_info
    from ingot.report.verdict import record_verdict

    build, network = _build(c_info), read_c_info(c_info)
    lines: list[str] = []
    given = samples_of(network, input, 1, seed, manifest, lines.append)[0][1] if input else []
    judged = judge_build(build, model, samples=samples, seed=seed, inputs=given)
    wrong = judged.verdict.wrong
    record_verdict(network, verdict, "NPU simulated: " + conclusion(judged.verdict), not wrong)
    if as_json:
        print(json.dumps(verdict_facts(judged), indent=2, sort_keys=True))
    else:
        print("".join(f"  {line}\n" for line in lines) + verdict_text(judged), end="")
    if wrong:
        raise IngotError(
            conclusion(judged.verdict),
            where=str(c_info.parent),
            remedy="Take the model and all generated files of one run of the tool.",
        )


def _build(c_info: Path) -> Build:
    from ingot.st.npu.own import open_build

    return open_build(c_info.parent, name=c_info.name.removesuffix("_c_info.json"))
