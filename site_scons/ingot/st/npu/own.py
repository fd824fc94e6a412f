# SPDX-License-Identifier: Apache-2.0
"""A network of Ingot's own with programs for the NPU, read again from its files: the description and the initializer.

So check, cost, listing and the report judge what is flashed, not what the generator meant. The description has the
buffers that cross a program's border and one scratch for the rest: a stream may touch these and no others.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.network.c_info import read_c_info
from ingot.network.npu import NPU_BLOB, NPU_WEIGHTS
from ingot.network.types import Network, NetworkBuffer, NetworkEpoch
from ingot.st.npu.build import Build, read_build
from ingot.st.npu.container import Blob, read_blob
from ingot.st.npu.images import Image
from ingot.st.npu.machine import HardwareEpoch, Machine
from ingot.st.npu.memory import EARLY_END
from ingot.st.npu.streams import Stream, streams_of
from ingot.st.prebuilt.network_c import NetworkSource, SourceBlock, SourceBuffer, SourcePool


def open_build(path: Path, weights: Sequence[Path] = (), *, strict: bool = True, name: str = "") -> Build:
    """A network of Ingot's own, or what ST's compiler wrote. Raises IngotError. Arguments: see read_build."""
    found = _own_name(path, name)
    return own_build(path, found) if found else read_build(path, weights, strict=strict, name=name)


def _own_name(path: Path, name: str) -> str:
    """The network in a folder that Ingot's own compiler wrote; "" for any other."""
    if not path.is_dir():
        return ""
    for c_info in sorted(path.glob(f"{name or '*'}_c_info.json")):
        with contextlib.suppress(IngotError):
            if read_c_info(c_info).drives_npu:
                return c_info.name.removesuffix("_c_info.json")
    return ""


def own_build(folder: Path, name: str) -> Build:
    """The build. Raises IngotError: no network with such programs, a damaged blob, a stream outside of what its epoch
    has."""
    c_info = folder / f"{name}_c_info.json"
    network = read_c_info(c_info)
    if not network.drives_npu:
        raise IngotError("the network has no programs for the NPU", where=str(c_info))
    (initializer,) = network.initializers
    content = (folder / initializer.file).read_bytes()
    machine, blobs, blocks = Machine(), {}, []
    buffers: list[SourceBuffer] = [_parameters(network)]
    for epoch in network.epochs:
        if epoch.kind != "EC":
            continue
        blob_name = f"npu_program_{epoch.number}"
        blobs[blob_name] = _blob(network, epoch, content, blob_name)
        first = len(machine.epochs)
        machine.run(blobs[blob_name], blob_name)
        own = machine.epochs[first:]
        blocks.append(SourceBlock(own[0].number, own[-1].number, "EC", blob_name))
        buffers += _given(network, epoch, own[0].number - 1)
        buffers += _written(network, epoch, own, c_info)
    pools = tuple(_pools(network))
    source = NetworkSource(network.name, None, "", {}, pools, tuple(buffers), tuple(blocks), {}, ())
    images = (Image(initializer.file, initializer.pool, initializer.address or 0, content),)
    return Build(folder, network.name, source, blobs, tuple(machine.epochs), images, own=True)


def _place(network: Network, buffer: NetworkBuffer) -> int:
    return (network.pool(buffer.pool).base or 0) + buffer.offset


def _blob(network: Network, epoch: NetworkEpoch, content: bytes, name: str) -> Blob:
    (place,) = (network.buffers[at] for at in epoch.reads if network.buffers[at].name.startswith(f"{NPU_BLOB} "))
    data = content[place.offset : place.offset + place.size]
    words = [int.from_bytes(data[at : at + 4], "little") for at in range(0, len(data), 4)]
    return read_blob(words, name)


def _parameters(network: Network) -> SourceBuffer:
    """The weights of all programs."""
    place = next(buffer for buffer in network.buffers if buffer.name.startswith(NPU_WEIGHTS))
    return _buffer("weights", "input", _place(network, place), place.size, 0, param=True)


def _given(network: Network, epoch: NetworkEpoch, number: int) -> list[SourceBuffer]:
    """Tensors that the application or the CPU wrote before a program reads them. number: of the epoch in front."""
    made = {at for other in network.epochs if other.kind == "EC" for at in other.writes}
    found = []
    for at in epoch.reads:
        buffer = network.buffers[at]
        if buffer.role == "param" or at in made:
            continue
        kind = "input" if buffer.role == "input" else "internal"
        found.append(_buffer(buffer.name, kind, _place(network, buffer), buffer.size, number))
    return found


def _written(network: Network, epoch: NetworkEpoch, own: Sequence[HardwareEpoch], c_info: Path) -> list[SourceBuffer]:
    """What the program's streams write, as buffers of their epochs. Raises IngotError outside of what it has."""
    scratch = [b for b in network.buffers if b.role == "scratch" and b.epochs[0] == epoch.number]
    outputs = [network.buffers[at] for at in epoch.writes]
    inputs = [network.buffers[at] for at in epoch.reads]
    weights = [buffer for buffer in network.buffers if buffer.name.startswith(NPU_WEIGHTS)]
    found: list[SourceBuffer] = []
    for hardware in own:
        for stream in streams_of(hardware):
            if not stream.writes:
                found += _joined(found, stream)
            allowed = [*scratch, *outputs, *([] if stream.writes else [*inputs, *weights])]
            ranges = [(_place(network, b), _place(network, b) + b.size) for b in allowed]
            if not any(
                start <= stream.first and stream.last < end + SURPLUS * (not stream.writes) for start, end in ranges
            ):
                raise IngotError(
                    f"epoch {epoch.number}: its program {stream.direction}s {stream.first:#x} to {stream.last:#x}, "
                    "which is no buffer of that epoch",
                    where=str(c_info),
                    remedy="Take all files of one compilation.",
                )
            if stream.writes:
                size = stream.last + 1 - stream.first
                label = f"written_{hardware.number}_{stream.first:x}"
                found.append(_buffer(label, "internal", stream.first, size, hardware.number))
    found += [_buffer(b.name, "internal", _place(network, b), b.size, own[-1].number) for b in outputs]
    return found


def _joined(written: Sequence[SourceBuffer], stream: Stream) -> list[SourceBuffer]:
    """What several epochs wrote side by side, where a read needs more than one of them; at most one buffer."""
    start, end = stream.first, stream.last + 1 - SURPLUS * (stream.element == 3)
    places = sorted((buffer.start, buffer.start + buffer.size, buffer.epoch) for buffer in written)
    if any(first <= start and end <= last for first, last, _ in places):
        return []
    runs: list[tuple[int, int, int]] = []
    for first, last, epoch in places:
        if runs and first <= runs[-1][1]:
            runs[-1] = runs[-1][0], max(last, runs[-1][1]), max(epoch, runs[-1][2])
        else:
            runs.append((first, last, epoch))
    return [
        _buffer(f"joined_{first:x}_{last:x}_{epoch}", "internal", first, last - first, epoch)
        for first, last, epoch in runs
        if first <= start and end <= last
    ]


#: Bytes behind a buffer that a stream of 24-bit elements may read.
SURPLUS = 2


def _pools(network: Network) -> list[SourcePool]:
    """The pools that are in use, with the bytes that ST's leave out at their end."""
    return [
        SourcePool(
            number,
            pool.fname,
            pool.name,
            pool.base,
            pool.size + EARLY_END * (pool.rights == "ACC_READ"),
            pool.rights != "ACC_READ",
            pool.virtual,
            pool.relative,
            pool.cacheable,
            pool.score,
            offset=pool.base or 0,
        )
        for number, pool in enumerate(network.pools)
        if not pool.virtual
    ]


def _buffer(name: str, kind: str, start: int, size: int, epoch: int, *, param: bool = False) -> SourceBuffer:
    return SourceBuffer(name, kind, start, "", 0, size, False, param, epoch, (size,), "int8", (), ())
