# SPDX-License-Identifier: Apache-2.0
"""Random graphs of a few layers as with npu=1, whichever is quicker: generated, proven, simulated beside LiteRT,
compiled into a network whose written files are proven again.

    python bench/npu_random.py [--count 1000] [--seed 1] [--run 0]

--run 25 also builds every 25th network for this machine and runs it with the simulator, beside LiteRT. The last line
says how many layers agree within their bound and how many are left to the CPU. A graph that does not fit the NPU's
memory is refused, by a message that is printed. A layer beyond its bound, a fault of a proof, or a traceback ends the
program with status 1, with the number that makes the graph again.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is imported
sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

import numpy as np  # noqa: E402

from ingot.base.errors import IngotError  # noqa: E402
from ingot.board.target import open_board  # noqa: E402
from ingot.compiler.compile import CompileOptions, compile_file  # noqa: E402
from ingot.compiler.frontend.model import read_model  # noqa: E402
from ingot.device.npu.generated import check_program  # noqa: E402
from ingot.device.run.host import HostNetwork  # noqa: E402
from ingot.device.run.oracle import Reference  # noqa: E402
from ingot.model.model_file import read_model_file  # noqa: E402
from ingot.st.npu.checked import check_npu  # noqa: E402
from ingot.st.npu.codegen.generate import generate  # noqa: E402
from ingot.st.npu.codegen.offload import NpuOffload  # noqa: E402
from ingot.st.npu.codegen.target import target_of  # noqa: E402
from ingot.st.npu.public import public  # noqa: E402
from support.npu_graphs import random_graph  # noqa: E402

BOARD = Path(__file__).resolve().parents[1] / "boards/n6dk/board.yaml"


def layers(model: Path, words: Mapping[str, bool], counts: Counter[str]) -> list[str]:
    """What is wrong with the layers, each alone; counts them. words: of `generate`."""
    board, pools = open_board(BOARD)
    target, table = target_of(board, pools), public()
    program = generate(read_model(model), table, target.ram, target.flash, **words)
    checked = check_program(program, model, program.strange(table), 1, 1)
    for item in program.operators:
        counts["left to the CPU"] += bool(item.refused)
        counts["agree"] += item.on_npu
        counts["of these in the epoch of the next"] += item.sharing >= 0
    faults = [f"layer {number} is beyond its bound" for number in checked.wrong]
    return [*faults, *map(str, checked.proof.faults), *checked.strange]


def network(model: Path, folder: Path, run: bool, counts: Counter[str]) -> list[str]:
    """What is wrong with the files of the network; counts by how much its outputs differ when it runs."""
    board, pools = open_board(BOARD)
    outputs = compile_file(
        read_model_file(model), pools, CompileOptions(npu="1"), NpuOffload(target_of(board, pools), public())
    )
    outputs.write(folder)
    proven = check_npu(folder, "network") if outputs.network.drives_npu else None
    counts["networks with programs"] += proven is not None
    if run and proven is not None:
        chance = np.random.default_rng(1)
        inputs = [chance.integers(-128, 128, port.shape).astype(np.int8) for port in outputs.network.inputs]
        pairs = zip(HostNetwork(folder).run(inputs), Reference(model, network=outputs.network).run(inputs), strict=True)
        apart = max(int(np.abs(one.astype(int) - other.astype(int)).max()) for one, other in pairs)
        counts[f"outputs apart by {apart}"] += 1
    return [] if proven is None or proven.facts["proven"] else ["the written files are not proven"]


def main() -> int:
    """Status 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--run", type=int, default=0)
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    wrong = 0
    for seed in range(given.seed, given.seed + given.count):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            model = random_graph(seed).write(folder)
            try:
                words = {"fold": seed % 2 == 1, "functions": seed % 3 == 1}
                found = layers(model, words, counts)
                found += network(model, folder, bool(given.run) and seed % given.run == 0, counts)
            except IngotError as problem:  # tensors that do not fit
                counts["graphs refused by name"] += 1
                print(f"seed {seed}: refused: {problem}", flush=True)
                found = []
            except Exception:
                found = [traceback.format_exc()]
        wrong += bool(found)
        for line in found:
            print(f"seed {seed}: {line}", flush=True)
        if seed % 100 == 0:
            print(f"{seed + 1 - given.seed} graphs", flush=True)
    listed = ", ".join(f"{name}: {counts[name]:,}" for name in sorted(counts))
    print(f"{given.count:,} graphs, {wrong} with faults; layers and networks: {listed}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
