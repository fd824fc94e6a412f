# SPDX-License-Identifier: Apache-2.0
"""QDQ models on the emulated twin of the n6dk, beside the definition of their arithmetic.

    python bench/qdq_twin.py FILE.onnx... [--random 3] [--timeout 3600]

Each file is compiled and linked as a build does it. Its inputs: so many random ones, one of the lowest numbers, one of
the highest; QEMU starts once a file. Prints a line an input; float32 outputs, whose functions differ between C
libraries, may be as far apart as `verify` allows. A file whose outputs differ ends the program with status 1. No model
is part of this project: give your own.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from ingot.base.errors import IngotError  # noqa: E402
from ingot.device.run.definition import Definition  # noqa: E402
from ingot.device.run.reference_gaps import LAST_BITS  # noqa: E402
from ingot.device.run.samples import random_samples  # noqa: E402
from ingot.device.run.twin import Inference, emulate  # noqa: E402
from ingot.device.run.verify import compare, distance  # noqa: E402
from ingot.network.types import Network  # noqa: E402
from support.session import close_session, open_session, session_folder  # noqa: E402
from support.twin_model import build_for_twin  # noqa: E402

Sample = tuple[str, list[npt.NDArray[Any]]]


def samples_of(network: Network, random: int) -> list[Sample]:
    """Labelled inputs: random ones, all of the lowest, all of the highest numbers."""
    found = random_samples(network, random, 1)
    for label in ("lowest", "highest"):
        arrays = []
        for buffer in network.inputs:
            ends = np.iinfo(buffer.dtype)
            arrays.append(np.full(buffer.shape, ends.min if label == "lowest" else ends.max, buffer.dtype))
        found.append((label, arrays))
    return found


def verdict(network: Network, expected: Sequence[npt.NDArray[Any]], inference: Inference) -> tuple[bool, str]:
    """Whether the outputs are right, and in words."""
    most = 0
    for buffer, want, got in zip(network.outputs, expected, inference.outputs, strict=True):
        difference = compare(buffer.name, want, got)
        if difference is not None and not 0 < (apart := distance(want, got)) <= LAST_BITS:
            return False, f"DIFFERS: {difference}"
        most = max(most, apart if difference is not None else 0)
    return True, f"equal within {most} units in the last place" if most else "equal, byte for byte"


def run(model: Path, random: int, timeout: float) -> bool:
    """Prints the lines of one file; whether all is equal."""
    target = build_for_twin(model, session_folder("twin"))
    network = target.network
    print(f"{model.name}: activations {network.peak:,} bytes", flush=True)
    samples, definition, right = samples_of(network, random), Definition(model), []

    def on_sample(inference: Inference) -> bool:
        label, inputs = samples[inference.number]
        is_right, words = verdict(network, definition.run(inputs), inference)
        right.append(is_right)
        print(f"  {label}: {inference.instructions:,} instructions, {words}", flush=True)
        return True

    started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    arrays = [inputs for _, inputs in samples]
    emulate(
        target.elf,
        target.images,
        network,
        arrays,
        machine=target.machine,
        timeout=timeout,
        on_sample=on_sample,
    )
    spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    print(f"  QEMU: {spent:.0f} s of processor time, {time.monotonic() - started:.0f} s in all", flush=True)
    return len(right) == len(samples) and all(right)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--random", type=int, default=3, help="how many random inputs")
    parser.add_argument("--timeout", type=float, default=3600, help="seconds a file")
    options = parser.parse_args()
    session, wrong = open_session(), []
    try:
        for model in options.files:
            try:
                if not run(model, options.random, options.timeout):
                    wrong.append(model.name)
            except IngotError as error:
                print(f"{model.name}: {error}", flush=True)
                wrong.append(model.name)
    finally:
        close_session(session)
    print(f"{len(options.files) - len(wrong)} of {len(options.files)} files equal")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
