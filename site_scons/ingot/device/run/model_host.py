# SPDX-License-Identifier: Apache-2.0
"""A session of the firmware `model_host` on the twin: commands in, lines and outputs out."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.device.npu.pipes import npu_of_twin
from ingot.device.run.qemu import Image, require_success, run
from ingot.network.types import Network

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

XIP, COPY, CLEAR = 1, 2, 4
MAY_HOLD_POOLS, MAY_EXECUTE, MAY_READ = 1, 2, 4

_REFUSED = re.compile(r"refused (\d+): (.*)")
_RAN = re.compile(r"ran: (\d+)")
_INSTALLED = re.compile(r"installed (\S+): (\d+)")


@dataclass(frozen=True)
class Install:
    """One installation. Addresses; `exec_ram` may be "exec" or "exec+<bytes>", the firmware's own RAM for images.

    Sizes: bytes; image_size and params_size 0: not known to the loader.
    """

    image: int
    exec_ram: str | int
    exec_size: int
    mode: int
    image_size: int = 0
    params: int = 0
    params_size: int = 0
    ext_ram: int = 0
    ext_size: int = 0
    instance: int = 0

    def command(self) -> str:
        words = [self.instance, self.image, self.image_size, self.params, self.params_size, self.exec_ram]
        words += [self.exec_size, self.ext_ram, self.ext_size, self.mode]
        return "install " + " ".join(str(word) for word in words)


@dataclass(frozen=True)
class HostRun:
    """What a session printed and delivered. refusals: (code, text) in order. instructions: of each `run`."""

    lines: tuple[str, ...]
    outputs: bytes
    refusals: tuple[tuple[int, str], ...]
    instructions: tuple[int, ...]
    install_instructions: tuple[int, ...]


@dataclass
class Session:
    """A script for the firmware, with the files that must be in memory and the inputs it will ask for."""

    commands: list[str] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    inputs: list[bytes] = field(default_factory=list)

    def region(self, start: int, size: int, use: int) -> None:
        self.commands.append(f"region {start:#x} {size:#x} {use}")

    def load(self, file: Path, address: int) -> None:
        """The file is in memory before the firmware starts."""
        self.images.append(Image(file, address))

    def install(self, what: Install) -> None:
        self.commands.append(what.command())

    def infer(self, sample: Sequence[Array], instance: int = 0) -> None:
        self.commands.append(f"run {instance} 1")
        self.inputs.append(bytes_of(sample))

    def infer_both(self, first: Sequence[Array], second: Sequence[Array], instances: tuple[int, int] = (0, 1)) -> None:
        """One inference of two instances, epoch by epoch in turns."""
        self.commands.append(f"both {instances[0]} {instances[1]}")
        self.inputs += [bytes_of(first), bytes_of(second)]

    def run(
        self,
        firmware: Path,
        machine: str,
        timeout: float = 600.0,
        on_line: Callable[[str], None] = lambda line: None,
        npu: bool = False,
    ) -> HostRun:
        """npu: whether the networks have layers for the NPU, which the simulator answers for.

        Raises IngotError when QEMU is missing, or the firmware stops or takes too long.
        """

        def heard(line: str) -> bool:
            on_line(line)
            return True

        with tempfile.TemporaryDirectory(prefix="ingot-host-") as name:
            folder = Path(name)
            (folder / "commands").write_text("\n".join(self.commands) + "\n")
            (folder / "inputs").write_bytes(b"".join(self.inputs))
            words = ["commands", "inputs", "outputs"]
            with npu_of_twin(folder, npu):
                done = run(
                    firmware,
                    self.images,
                    machine=machine,
                    arguments=words,
                    folder=folder,
                    timeout=timeout,
                    on_line=heard,
                )
                require_success(done, firmware)
            outputs = (folder / "outputs").read_bytes()
        matched = [_REFUSED.fullmatch(line) for line in done.lines]
        installed = [_INSTALLED.fullmatch(line) for line in done.lines]
        ran = [_RAN.fullmatch(line) for line in done.lines]
        return HostRun(
            lines=done.lines,
            outputs=outputs,
            refusals=tuple((int(match[1]), match[2]) for match in matched if match),
            instructions=tuple(int(match[1]) for match in ran if match),
            install_instructions=tuple(int(match[2]) for match in installed if match),
        )


def bytes_of(arrays: Sequence[Array]) -> bytes:
    """Arrays as the firmware has them in memory: little-endian, row-major."""
    import numpy as np

    return b"".join(np.ascontiguousarray(a).astype(a.dtype.newbyteorder("<")).tobytes() for a in arrays)


def outputs_of(network: Network, content: bytes) -> list[Array]:
    """One inference's outputs. Raises IngotError when bytes are missing."""
    import numpy as np

    arrays, at = [], 0
    for buffer in network.outputs:
        part = content[at : at + buffer.size]
        if len(part) != buffer.size:
            raise IngotError(f"the firmware delivered {len(content)} bytes of outputs", where=network.model)
        dtype: np.dtype[Any] = np.dtype(buffer.dtype)
        arrays.append(np.frombuffer(part, dtype.newbyteorder("<")).astype(dtype).reshape(buffer.shape))
        at += buffer.size
    return arrays
