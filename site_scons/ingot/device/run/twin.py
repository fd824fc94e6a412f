# SPDX-License-Identifier: Apache-2.0
"""Inference on a board's emulated twin: the `validate` firmware with a model's weights, in QEMU.

The firmware reads its samples from a file and writes its outputs to another (firmware/apps/validate); both files live
in a temporary folder for the time of the run.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingot.base.errors import IngotError
from ingot.device.npu.pipes import npu_of_twin
from ingot.device.run.qemu import Image, require_success, run
from ingot.network.types import Network, NetworkBuffer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[Any]

INPUTS, OUTPUTS = "inputs.bin", "outputs.bin"
_SAMPLE = re.compile(r"sample (\d+): (\d+)")
_EPOCH = re.compile(r"epoch (\d+): (\d+)")
_INIT = re.compile(r"init: (\d+)")
_STACK = re.compile(r"stack: (\d+) of (\d+)")


@dataclass(frozen=True)
class Inference:
    """One sample on the twin. outputs: in the order of the model. instructions: of the whole inference."""

    number: int
    outputs: tuple[Array, ...]
    instructions: int


@dataclass(frozen=True)
class TwinRun:
    """All samples of a run, and what the firmware said about itself.

    epochs: instructions of each epoch of the last sample. init: instructions of the initialisation, which checks the
    weights. stack_used, stack_size: bytes. seconds: of this machine.
    """

    inferences: tuple[Inference, ...]
    epochs: tuple[int, ...]
    init: int
    stack_used: int
    stack_size: int
    seconds: float


def images_of(network: Network, folder: Path) -> list[Image]:
    """The network's initializers, found in `folder`, each at its address."""
    images = []
    for item in network.initializers:
        if item.address is None:
            raise IngotError(
                f"pool {item.pool} has no fixed address, so its weights cannot be placed for an emulation",
                where=item.file,
                remedy="Emulate the relocatable image instead, or give the pool an address.",
            )
        images.append(Image(folder / item.file, item.address))
    return images


def emulate(
    elf: Path,
    images: Sequence[Image],
    network: Network,
    samples: Iterable[Sequence[Array]],
    *,
    machine: str = "mps3-an547",
    timeout: float = 600.0,
    on_sample: Callable[[Inference], bool] | None = None,
) -> TwinRun:
    """Runs every sample (one array an input) through the emulated firmware.

    on_sample: is called with each result as soon as it is there; returning False ends the run.
    Raises IngotError: a sample does not fit the network, QEMU is missing, the firmware stops or takes too long.
    """
    inferences: list[Inference] = []
    with tempfile.TemporaryDirectory(prefix="ingot-twin-") as name:
        folder = Path(name)
        write_samples(folder / INPUTS, network, samples)
        outputs = folder / OUTPUTS

        def on_line(line: str) -> bool:
            match = _SAMPLE.fullmatch(line)
            if not match:
                return True
            number = int(match[1])
            inferences.append(Inference(number, _outputs_of(network, outputs, number), int(match[2])))
            return on_sample is None or on_sample(inferences[-1])

        with npu_of_twin(folder, network.drives_npu):
            done = run(
                elf,
                images,
                machine=machine,
                arguments=[INPUTS, OUTPUTS],
                folder=folder,
                timeout=timeout,
                on_line=on_line,
            )
            require_success(done, elf)
    text = "\n".join(done.lines)
    init, stack = _INIT.search(text), _STACK.search(text)
    return TwinRun(
        inferences=tuple(inferences),
        epochs=tuple(int(cost) for _, cost in _EPOCH.findall(text)),
        init=int(init[1]) if init else 0,
        stack_used=int(stack[1]) if stack else 0,
        stack_size=int(stack[2]) if stack else 0,
        seconds=done.seconds,
    )


def write_samples(file: Path, network: Network, samples: Iterable[Sequence[Array]]) -> None:
    """The file that the firmware reads its samples from. Raises IngotError when a sample does not fit the network."""
    with open(file, "wb") as stream:
        for sample in samples:
            for buffer, array in zip(network.inputs, _checked(network, sample), strict=True):
                stream.write(_bytes_of(buffer, array))


def _checked(network: Network, sample: Sequence[Array]) -> Sequence[Array]:
    if len(sample) != len(network.inputs):
        raise IngotError(f"the network has {len(network.inputs)} inputs, the sample has {len(sample)}", where="emulate")
    return sample


def _bytes_of(buffer: NetworkBuffer, array: Array) -> bytes:
    """The array as the firmware reads it: little-endian, row-major. Raises IngotError when it does not fit."""
    import numpy as np

    if tuple(array.shape) != buffer.shape or array.dtype != np.dtype(buffer.dtype):
        raise IngotError(
            f"input '{buffer.name}' is {buffer.dtype} {list(buffer.shape)}, "
            f"the given value is {array.dtype} {list(array.shape)}",
            where="emulate",
        )
    return np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()


def _outputs_of(network: Network, file: Path, number: int) -> tuple[Array, ...]:
    """The outputs of sample `number`, from the file that the firmware writes. Raises IngotError when they are cut."""
    import numpy as np

    sizes = [buffer.size for buffer in network.outputs]
    with open(file, "rb") as stream:
        stream.seek(number * sum(sizes))
        content = stream.read(sum(sizes))
    if len(content) != sum(sizes):
        raise IngotError(
            f"sample {number}: the firmware wrote {len(content)} bytes of outputs, expected {sum(sizes)}",
            where="emulate",
            remedy="The firmware is not the one of this network: build again.",
        )
    arrays, at = [], 0
    for buffer in network.outputs:
        dtype: np.dtype[Any] = np.dtype(buffer.dtype)
        flat = np.frombuffer(content, dtype.newbyteorder("<"), offset=at, count=buffer.size // dtype.itemsize)
        arrays.append(flat.astype(dtype).reshape(buffer.shape))
        at += buffer.size
    return tuple(arrays)
