# SPDX-License-Identifier: Apache-2.0
"""network_generate_report.txt: layers, epochs and memory of a compiled network, in the shape of ST's report.

Serves every compiler, since it is written from the Network description alone. Deterministic: no dates, no paths.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from ingot.base.text_table import text_table
from ingot.network.fused import UNFUSED, fused_regions
from ingot.network.types import Network, NetworkBuffer, NetworkPool, rows_of

_NAME_WIDTH = 44


def render_report(network: Network) -> str:
    """The report's text."""
    sections = [_head(network), _layers(network), _epochs(network), _memory(network)]
    if any(buffer.role == "param" for buffer in network.buffers):
        sections.append(_parameters(network))
    return "\n\n".join(sections)


def _head(network: Network) -> str:
    stand_in = "  -- STAND-IN: its weights are invented" if network.stand_in else ""
    lines = [
        f"Ingot network report: {network.name}",
        f"Model                 : {network.model}{stand_in}",
        f"Model SHA-256         : {network.model_sha256 or 'unknown'}",
        f"Compiler              : {network.compiler} {network.compiler_version}",
        f"Layout id             : {network.layout_id or 'none'}",
    ]
    for kind, ports in (("Input", network.inputs), ("Output", network.outputs)):
        lines += [f"{kind + ' ' + str(number):22}: {_port(network, port)}" for number, port in enumerate(ports, 1)]
    return "\n".join([*lines, *(f"Note                  : {note}" for note in network.notes)])


def _port(network: Network, buffer: NetworkBuffer) -> str:
    shape = "x".join(map(str, buffer.shape)) or "scalar"
    quant = ""
    if len(buffer.scale) == 1:
        quant = f", scale {buffer.scale[0]:.9g}, zero point {buffer.zero_point[0]}"
    elif buffer.scale:
        quant = f", {len(buffer.scale)} scales"
    return f"{buffer.name}, {buffer.dtype} {shape}, {buffer.size:,} bytes{quant}, {_owner(network, buffer)}"


def _owner(network: Network, buffer: NetworkBuffer) -> str:
    """Where an input or output is."""
    by_rows = any(other.name == rows_of(buffer.name) for other in network.buffers)
    return "from and to the application by rows" if by_rows else f"in {buffer.pool or 'the application'}"


def _layers(network: Network) -> str:
    """The layer table: m_id, layer (original kind), output shape, param/size, macc, connected to."""
    rows = []
    for layer in network.layers:
        rows.append(
            (
                str(layer.index),
                f"{shorten(layer.name)} ({layer.kind})",
                _shape(layer.shape),
                f"{layer.params:,}/{layer.param_bytes:,}" if layer.params else "",
                f"{layer.macs:,}" if layer.macs else "",
                "\n".join(shorten(name) for name in layer.inputs),
                str(layer.epoch) if layer.epoch >= 0 else "folded",
            )
        )
    titles = ("m_id", "layer (original)", "oshape", "param/size", "macc", "connected to", "epoch")
    macs = sum(layer.macs for layer in network.layers)
    weights = sum(layer.param_bytes for layer in network.layers)
    stored = sum(i.size for i in network.initializers)
    total = f"model: macc={macs:,} weights={weights:,} stored={stored:,} activations={network.peak:,}"
    return f"Layers\n{text_table(titles, rows, 'r..rr.r')}{total}"


def _epochs(network: Network) -> str:
    rows = []
    fused = {region.epoch: f"{region.size:,}/{region.whole:,}" for region in fused_regions(network)}
    for epoch in network.epochs:
        kernels = list(dict.fromkeys(epoch.kernels))
        rows.append(
            (
                f"epoch_{epoch.number}",
                epoch.kind,
                f"{epoch.macs:,}" if epoch.macs else "",
                "\n".join(_wrapped(map(str, epoch.layers), 24)),
                "\n".join(_wrapped(kernels, 48)),
                "\n".join(shorten(ring) for ring in epoch.rings),
                fused.get(epoch.number, ""),
                epoch.why or (epoch.estimate.text if epoch.estimate else ""),
            )
        )
    software = sum(epoch.kind == "SW" for epoch in network.epochs)
    count = f"{len(network.epochs)} epochs: {software} SW, {len(network.epochs) - software} EC"
    titles = ("epoch", "type", "macc", "layers", "kernels", "rings (rows kept/rows)", "bytes kept/whole", "why")
    if network.unfused_peak:
        count += f", {len(fused) or 'none'} fused"
    return f"Epochs\n{text_table(titles, rows, '..r...r.')}{count}"


def _memory(network: Network) -> str:
    rows = []
    for pool in network.pools:
        content = _content(network, pool)
        rows.append(
            (
                pool.name,
                _range(pool),
                f"{pool.used - pool.start:,}",
                f"{pool.size:,}",
                f"{100 * (pool.used - pool.start) / pool.size:.2f} %" if pool.size else "",
                content,
            )
        )
    owned = [b for b in network.buffers if not b.pool and _owner(network, b) == "in the application"]
    if owned:
        size = sum(b.size for b in owned)
        names = ", ".join(shorten(b.name) for b in owned)
        rows.append(("(application)", "", f"{size:,}", "", "", f"{names}; not counted below"))
    bound = f", lower bound of the schedule {network.lower_bound:,}" if network.lower_bound else ""
    before = f", {UNFUSED} at least {network.unfused_peak:,}" if network.unfused_peak else ""
    weights = ", ".join(f"{i.file} {i.size:,} bytes at {_hex(i.address)}" for i in network.initializers)
    return "\n".join(
        [
            "Memory (bytes)",
            text_table(("region", "range", "used", "available", "", "content"), rows, "..rrr.")
            + f"activations: peak {network.peak:,}{bound}{before}",
            f"initializers: {weights or 'none'}",
            "",
        ]
    )


def _parameters(network: Network) -> str:
    """The map of the initializers: what lies where, from the pool's base on."""
    blocks = sorted((b for b in network.buffers if b.role == "param"), key=lambda b: (b.pool, b.offset))
    rows = [(b.pool, f"{b.offset:#x}", f"{b.size:,}", str(b.epochs[1]), shorten(b.name, 72)) for b in blocks]
    return f"Initializers\n{text_table(('pool', 'offset', 'size', 'epoch', 'content'), rows, '.rrr.')}"


def _content(network: Network, pool: NetworkPool) -> str:
    """What is in a pool, by kind: `weights 3,065,857, activations 12 buffers`."""
    if pool.virtual:
        return f"spans {', '.join(pool.subpools)}"
    inside = [b for b in network.buffers if b.pool == pool.name or _overlaps(network, b, pool)]
    weights = [b for b in inside if b.role == "param"]
    kinds = []
    if weights:
        kinds.append(f"weights of {len(weights)} calls")
    for role, word in (("input", "inputs"), ("output", "outputs"), ("activation", "activations"), ("state", "states")):
        count = sum(b.role == role for b in inside)
        if count:
            kinds.append(f"{count} {word}")
    if any(b.role == "scratch" for b in inside):
        kinds.append("scratch")
    return ", ".join(kinds)


def _overlaps(network: Network, buffer: NetworkBuffer, pool: NetworkPool) -> bool:
    """Whether a buffer of a virtual pool lies in this real one, wholly or in part."""
    if not buffer.pool or buffer.pool == pool.name or pool.base is None:
        return False
    place = network.pool(buffer.pool)
    if pool.name not in place.subpools or place.base is None:
        return False
    start = place.base + buffer.offset
    return start < pool.base + pool.size and pool.base < start + buffer.size


def _range(pool: NetworkPool) -> str:
    if pool.base is None:
        return "relative"
    return f"{pool.base:#010x}-{pool.base + pool.size:#010x}"


def _hex(address: int | None) -> str:
    return "an address chosen later" if address is None else f"{address:#010x}"


def _shape(shape: Sequence[int]) -> str:
    """ST's way: [b:1,h:48,w:48,c:13]."""
    names = {1: "b", 2: "bc", 3: "bwc", 4: "bhwc"}.get(len(shape))
    if names is None:
        return f"[{','.join(map(str, shape))}]"
    return "[" + ",".join(f"{axis}:{extent}" for axis, extent in zip(names, shape, strict=True)) + "]"


def shorten(name: str, width: int = _NAME_WIDTH) -> str:
    """A long name with its middle left out, on one line."""
    name = " ".join(name.split())
    half = (width - 2) // 2
    return name if len(name) <= width else f"{name[:half]}..{name[-half:]}"


def _wrapped(words: Iterable[str], width: int) -> list[str]:
    """Words joined by commas, in lines of at most `width` characters where that is possible."""

    return textwrap.wrap(", ".join(words), width, break_long_words=False)
