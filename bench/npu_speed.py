# SPDX-License-Identifier: Apache-2.0
"""Processor time of builds on the simulator: one inference end to end, of all epochs, without reading and proof.

    python bench/npu_speed.py BUILD [BUILD ...] [--runs 3]

The time is user's and system's, so that other work on the machine does not count; NumPy has one thread, as others wait
busily on a machine with other work. Inputs are random bytes. The least of the runs is printed last.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is imported

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "site_scons"))

from ingot.st.npu.build import read_build
from ingot.st.npu.simulate import Simulation


def main() -> int:
    """Prints a line a build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    for path in given.builds:
        build = read_build(path)
        seconds = []
        for seed in range(given.runs):
            simulation = Simulation(build)
            chance = np.random.default_rng(seed)
            for buffer in build.source.buffers:
                if buffer.kind == "input" and not buffer.param:
                    content = chance.integers(0, 256, buffer.size).astype(np.uint8).tobytes()
                    simulation.store.put(buffer.label, buffer.start, content, buffer.name)
            start = time.process_time()
            epochs = sum(1 for _ in simulation.run())
            seconds.append(time.process_time() - start)
        runs = ", ".join(f"{item:.2f}" for item in seconds)
        print(f"{path.name}: {epochs} epochs, processor seconds {runs}; least {min(seconds):.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
