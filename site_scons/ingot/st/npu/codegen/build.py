# SPDX-License-Identifier: Apache-2.0
"""A generated program as a build, as if it had been read: its blob is decoded again, tables say what lies where.

So the proof, the simulator, the costs and the listing of builds hold for it, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ingot.st.npu.build import Build
from ingot.st.npu.codegen.layers import Layer
from ingot.st.npu.codegen.made import Program
from ingot.st.npu.codegen.units import SPARE
from ingot.st.npu.container import read_blob, write_blob
from ingot.st.npu.images import Image
from ingot.st.npu.machine import HardwareEpoch, Machine
from ingot.st.npu.memory import EARLY_END
from ingot.st.npu.streams import streams_of
from ingot.st.prebuilt.network_c import NetworkSource, SourceBlock, SourceBuffer, SourcePool

RAM, FLASH = "npuRAM", "flash"


def build_of(program: Program) -> Build:
    """The build. Raises ValueError when the program has no epoch for the NPU."""
    if not program.epochs:
        raise ValueError("no layer runs on the NPU")
    machine, blobs, blocks = Machine(), {}, []
    for name, run in program.blobs().items():
        blobs[name] = read_blob(write_blob(program.assembled[name]), name)
        machine.run(blobs[name], name)
        blocks.append(SourceBlock(run[0].number, run[-1].number, "EC", name))
    epochs = tuple(machine.epochs)
    content = program.weights + bytes(SPARE)  # what is fetched ahead lies in the image, too
    size = -(-len(content) // 256) * 256
    pools = (
        _pool(1, RAM, program.ram[0], program.ram[1] - program.ram[0], writable=True),
        _pool(2, FLASH, program.flash, size + EARLY_END, writable=False),
    )
    buffers = tuple(_buffers(program, epochs))
    source = NetworkSource(program.graph.name, None, "", {}, pools, buffers, tuple(blocks), {}, ())
    images = (Image("weights", FLASH, program.flash, content),)
    return Build(Path(program.graph.name), program.graph.name, source, blobs, epochs, images)


def _pool(index: int, name: str, base: int, size: int, *, writable: bool) -> SourcePool:
    return SourcePool(index, name, name, base, size, writable, False, False, not writable, 0, offset=base)


def _buffers(program: Program, epochs: tuple[HardwareEpoch, ...]) -> list[SourceBuffer]:
    """The weights, what the CPU or the application writes, and what each epoch writes, as large as the tensor is."""
    found = [_buffer("weights", "input", program.flash, len(program.weights) + SPARE, 0, param=True)]
    written: dict[int, list[tuple[int, int]]] = {}
    layers: Mapping[int, Layer] = {
        epoch.number: item.layer for item in program.operators if item.layer is not None for epoch in item.epochs
    }
    for epoch in epochs:
        for stream in streams_of(epoch):
            if stream.writes:
                written.setdefault(epoch.number, []).append((stream.first, stream.last + 1))
                name = f"{type(layers[epoch.number]).__name__}_{epoch.number}_out_{stream.first:x}"
                found.append(_buffer(name, "internal", stream.first, stream.last + 1 - stream.first, epoch.number))
    return found + _whole(program, written) + _given(program)


def _whole(program: Program, written: Mapping[int, Sequence[tuple[int, int]]]) -> list[SourceBuffer]:
    """Tensors that several streams write, of which each has a buffer for its part only.

    written: epoch -> first byte of each of these, and the one behind the last.
    """
    found, writers = [], dict[int, list[int]]()
    for item in program.operators:
        if item.layer is not None:
            home = program.layout.home(item.layer.target.tensor)
            writers.setdefault(home, []).extend(epoch.number for epoch in item.epochs)
    for home, numbers in writers.items():
        for form in ("s8", "u8"):
            if not numbers or (home, form) not in program.places:
                continue
            place, size = program.places[home, form], program.lives[home, form].bytes
            if len(numbers) > 1 or (place, place + size) not in written[numbers[0]]:
                found.append(_buffer(f"tensor_{home}_{form}", "internal", place, size, numbers[-1]))
    return found


def _given(program: Program) -> list[SourceBuffer]:
    """s8 tensors that the application writes, and those that the CPU makes for the NPU."""
    root = program.layout.root
    made = {root(item.layer.target.tensor) for item in program.operators if item.layer}
    cpu = {root(out): item.number for item in program.operators if item.number for out in item.op.outputs}
    found = []
    for (tensor, form), address in sorted(program.places.items()):
        if form == "s8" and tensor not in made:
            kind = "internal" if tensor in cpu else "input"
            size = program.lives[tensor, form].bytes
            found.append(_buffer(f"tensor_{tensor}", kind, address, size, cpu.get(tensor, 0)))
    return found


def _buffer(name: str, kind: str, start: int, size: int, epoch: int, *, param: bool = False) -> SourceBuffer:
    return SourceBuffer(name, kind, start, "", 0, size, False, param, epoch, (size,), "int8", (), ())
