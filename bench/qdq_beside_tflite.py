# SPDX-License-Identifier: Apache-2.0
"""int8 .tflite files and the QDQ .onnx files that mean the same: memory and instructions on the n6dk's emulated twin.

    python bench/qdq_beside_tflite.py FILE.tflite...

Each file is converted by tests/support/tflite_to_qdq.py, both are compiled and linked as a build does it, and run one
random input. Files with operators that the conversion does not know are named and left out. No model is part of this
project: give your own.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("site_scons", "tests")]

from ingot.device.run.samples import random_samples  # noqa: E402
from ingot.device.run.twin import emulate  # noqa: E402
from support.session import close_session, open_session, session_folder  # noqa: E402
from support.tflite_to_qdq import qdq_of  # noqa: E402
from support.twin_model import build_for_twin  # noqa: E402


def cost(model: Path) -> tuple[int, int]:
    """Bytes of activations and instructions of an inference."""
    target = build_for_twin(model, session_folder("beside"))
    sample = random_samples(target.network, 1, 1)[0][1]
    run = emulate(target.elf, target.images, target.network, [sample], machine=target.machine, timeout=3600)
    return target.network.peak, run.inferences[0].instructions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    options = parser.parse_args()
    session = open_session()
    try:
        for file in options.files:
            try:
                content = qdq_of(file)
            except KeyError as error:
                print(f"{file.stem}: the conversion does not know {error.args[0]}", flush=True)
                continue
            other = session_folder("converted") / f"{file.stem}.onnx"
            other.write_bytes(content)
            (ram, instructions), (more_ram, more) = cost(file), cost(other)
            print(
                f"{file.stem}: {more_ram:,} bytes of activations beside {ram:,} ({more_ram / ram:.3f}), "
                f"{more:,} instructions beside {instructions:,} ({more / instructions:.3f})",
                flush=True,
            )
    finally:
        close_session(session)


if __name__ == "__main__":
    main()
