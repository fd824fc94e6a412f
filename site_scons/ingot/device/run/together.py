# SPDX-License-Identifier: Apache-2.0
"""Several networks in one firmware on the emulated twin, sample by sample in turn, against their oracles.

The firmware (firmware/apps/together) reads of each sample the inputs of the first network, runs it, writes its outputs,
goes on with the next network, and so on: whatever one network would damage of another shows in the next sample.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.device.npu.pipes import npu_of_twin
from ingot.device.run.qemu import require_success, run
from ingot.device.run.samples import random_samples
from ingot.device.run.twin import images_of
from ingot.device.run.verify import compare
from ingot.network.types import Network

_SAMPLE = re.compile(r"sample (\d+) (\w+): (\d+)")


@dataclass(frozen=True)
class Member:
    """One network of the firmware. model: its source file. folder: where its initializers are."""

    network: Network
    model: Path
    folder: Path


def verify(
    elf: Path,
    members: Sequence[Member],
    *,
    samples: int,
    seed: int,
    machine: str,
    timeout: float = 600.0,
    report: Callable[[str], None] = lambda line: None,
) -> bool:
    """Whether every output byte of every network is right, in `samples` random samples each.

    report: takes a line a sample and network, and the verdict. Raises IngotError when a side cannot run.
    """
    from ingot.device.run.predicted import expected_of

    inputs = [random_samples(member.network, samples, seed) for member in members]
    references = [expected_of(member.model, member.folder, member.network) for member in members]
    content = b"".join(array.tobytes() for number in range(samples) for own in inputs for array in own[number][1])
    lines, written = _run(elf, members, content, machine, timeout)
    costs = [(int(found[1]), found[2], int(found[3])) for line in lines if (found := _SAMPLE.fullmatch(line))]
    expected = [(number, member.network.name) for number in range(samples) for member in members]
    if [(number, name) for number, name, _ in costs] != expected:
        raise IngotError(
            f"the firmware ran {len(costs)} of {len(expected)} inferences, or other networks", where=elf.name
        )
    at, right = 0, True
    for number, name, cost in costs:
        index = [member.network.name for member in members].index(name)
        results, at = _outputs(members[index].network, written, at)
        wanted = references[index].run(list(inputs[index][number][1]))
        pairs = zip(members[index].network.outputs, wanted, results, strict=True)
        difference = next((text for buffer, a, b in pairs if (text := compare(buffer.name, a, b))), None)
        right = right and difference is None
        words = "equal" if difference is None else f"DIFFERS: {difference}"
        report(f"sample {number} {name} ({inputs[index][number][0]}): {cost:,} instructions, {words}")
    names = " and ".join(member.network.name for member in members)
    if right:
        oracles = " and ".join(dict.fromkeys(reference.name for reference in references))
        report(f"ok: {names}: {samples} samples each equal to {oracles}, byte for byte")
    return right


def _run(elf: Path, members: Sequence[Member], content: bytes, machine: str, timeout: float) -> tuple[list[str], bytes]:
    """What the firmware printed, and the outputs it wrote."""
    images = [image for member in members for image in images_of(member.network, member.folder)]
    with tempfile.TemporaryDirectory(prefix="ingot-together-") as name:
        folder = Path(name)
        (folder / "inputs.bin").write_bytes(content)
        arguments = ["inputs.bin", "outputs.bin"]
        with npu_of_twin(folder, any(member.network.drives_npu for member in members)):
            done = run(elf, images, machine=machine, arguments=arguments, folder=folder, timeout=timeout)
            require_success(done, elf)
        return list(done.lines), (folder / "outputs.bin").read_bytes()


def _outputs(network: Network, written: bytes, at: int) -> tuple[list[Any], int]:
    """The outputs of one inference, and where the next one's begin."""
    import numpy as np

    arrays = []
    for buffer in network.outputs:
        dtype: np.dtype[Any] = np.dtype(buffer.dtype)
        flat = np.frombuffer(written[at : at + buffer.size], dtype.newbyteorder("<"))
        arrays.append(flat.astype(dtype).reshape(buffer.shape))
        at += buffer.size
    return arrays, at
