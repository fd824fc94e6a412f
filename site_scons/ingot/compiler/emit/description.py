# SPDX-License-Identifier: Apache-2.0
"""The Network description of what the built-in compiler made."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence

import ingot
from ingot.compiler.emit.compiled import Compiled
from ingot.compiler.emit.network_c import NetworkC
from ingot.compiler.emit.pools import used_pools
from ingot.compiler.graph import Graph, Operator, Quantization
from ingot.compiler.graph.cost import macs, parameters
from ingot.compiler.kernels.program import Call, Program
from ingot.compiler.offload import KIND, program_number
from ingot.compiler.plan.types import Placement
from ingot.model.asked import WHOLE
from ingot.network.npu import NPU_BLOB, NPU_WEIGHTS
from ingot.network.types import Estimate, Initializer, Network, NetworkBuffer, NetworkEpoch, NetworkLayer

WHY_SOFTWARE = "built-in compiler"


def describe(compiled: Compiled, code: NetworkC, raw: bytes) -> Network:
    """Everything later stages need. Epochs count from 1; epoch 0 is the time before the first, when inputs arrive."""
    pool = compiled.pool(compiled.initializer_pool)
    return Network(
        name=compiled.name,
        model=compiled.model,
        model_sha256=compiled.model_sha256,
        compiler="builtin",
        compiler_version=ingot.__version__,
        pools=used_pools(compiled),
        buffers=(*_tensors(compiled), *_scratch(compiled), *_params(compiled)),
        epochs=_epochs(compiled),
        layers=_layers(compiled),
        initializers=(Initializer(pool.name, compiled.raw_name(), pool.base, len(raw), zlib.crc32(raw)),),
        peak=compiled.plan.peak,
        lower_bound=compiled.plan.lower_bound,
        unfused_peak=compiled.schedule.unfused_peak,
        stand_in=compiled.stand_in,
        layout_id=code.layout_id.hex(),
        source_sha256=hashlib.sha256(code.text.encode()).hexdigest(),
        options=" ".join(f"{name}={value}" for name, value in compiled.options.items()),
        kernels=code.kernels,
        notes=compiled.notes,
        io_layout="" if compiled.io_layout == WHOLE.io_layout else compiled.io_layout,
        stack_arrays=_stack_arrays(compiled),
        beside=compiled.beside,
        in_turn=compiled.in_turn,
        detection=compiled.detection,
        model_format=compiled.model_format,
    )


def _stack_arrays(compiled: Compiled) -> tuple[tuple[str, int], ...]:
    most: dict[str, int] = {}
    for call in compiled.program.calls:
        if call.stack:
            most[f"ingot_{call.kernel}"] = max(call.stack, most.get(f"ingot_{call.kernel}", 0))
    return tuple(sorted(most.items()))


def _tensors(compiled: Compiled) -> list[NetworkBuffer]:
    last_epoch = len(compiled.schedule.regions)
    buffers = []
    for index in compiled.listed():
        tensor = compiled.program.tensors[index]
        place = compiled.plan.placements.get(index) or Placement(index, "", 0, tensor.nbytes, 0, last_epoch - 1)
        role = compiled.role(index)
        name, shape = compiled.face(index)
        first = 0 if role in ("input", "state") else place.first + 1
        buffers.append(
            NetworkBuffer(
                name=name,
                pool=place.pool,
                offset=place.offset,
                size=place.size,
                shape=shape,
                dtype=tensor.dtype.value,
                role=role,
                epochs=(first, last_epoch if role in ("output", "state") else place.last + 1),
                scale=_floats(tensor.quant),
                zero_point=_integers(tensor.quant),
                ring_rows=place.ring,
            )
        )
    return buffers


def _scratch(compiled: Compiled) -> list[NetworkBuffer]:
    return [
        NetworkBuffer(
            name=f"scratch of {_call_name(compiled, call)}",
            pool=place.pool,
            offset=place.offset,
            size=place.size,
            shape=(place.size,),
            dtype="uint8",
            role="scratch",
            epochs=(place.first + 1, place.last + 1),
        )
        for call, place in sorted(compiled.plan.scratch.items())
    ]


def _params(compiled: Compiled) -> list[NetworkBuffer]:
    layout = compiled.initializer
    region_of = {c: number for number, region in enumerate(compiled.schedule.regions, 1) for c in region.calls}
    ends = {call: 0 for call in layout.blocks}
    for entry in layout.entries:
        kind, _, rest = entry.owner.partition(" ")
        if kind == "call":
            call = int(rest.split(" ")[0])
            ends[call] = max(ends[call], entry.offset + entry.size)
    return [
        NetworkBuffer(
            name=f"{what} of {_call_name(compiled, call)}",
            pool=compiled.initializer_pool,
            offset=offset,
            size=size,
            shape=(size,),
            dtype="uint8",
            role="param",
            epochs=(region_of[call], region_of[call]),
        )
        for call, block in layout.blocks.items()
        for what, offset, size in _parts_of_block(compiled, call, block, ends[call])
    ]


def _parts_of_block(compiled: Compiled, call: int, start: int, end: int) -> list[tuple[str, int, int]]:
    """What a block of parameters is, with offset and size: of a program of the NPU its weights and its blob apart."""
    if compiled.program.calls[call].kernel != KIND:
        return [("parameters", start, end - start)]
    owner = f"call {call} {KIND}"
    names = {"weights": NPU_WEIGHTS, "blob": NPU_BLOB}
    found = (entry for entry in compiled.initializer.entries if entry.owner == owner)
    return [(names[entry.member], entry.offset, entry.size) for entry in found]


def _call_name(compiled: Compiled, index: int) -> str:
    return compiled.program.tensors[compiled.program.calls[index].outputs[0]].name


def _epochs(compiled: Compiled) -> tuple[NetworkEpoch, ...]:
    tensors = compiled.program.tensors
    epochs = []
    buffer_of = {tensor: position for position, tensor in enumerate(compiled.listed())}
    first_params = len(buffer_of) + len(compiled.plan.scratch)
    params_of: dict[int, tuple[int, ...]] = {}
    for call, block in compiled.initializer.blocks.items():
        taken_before = first_params + sum(map(len, params_of.values()))
        count = len(_parts_of_block(compiled, call, block, block))
        params_of[call] = tuple(range(taken_before, taken_before + count))
    readers = _readers(compiled.program)
    for number, region in enumerate(compiled.schedule.regions, 1):
        calls = [compiled.program.calls[i] for i in region.calls]
        taken, given = _traffic(compiled.program, region.calls, readers)
        epochs.append(
            NetworkEpoch(
                number=number,
                kind="EC" if calls[0].kernel == KIND else "SW",
                kernels=tuple(f"ingot_{call.kernel}" for call in calls if call.kernel != KIND),
                macs=sum(call.macs for call in calls),
                layers=tuple(sorted({i for call in calls for i in call.origin})),
                why=_why(compiled, calls),
                estimate=_estimate(compiled, calls[0]),
                rings=tuple(f"{tensors[t].name} {rows}/{tensors[t].rows}" for t, rows in sorted(region.rings.items())),
                reads=(
                    *_buffers(compiled, taken, buffer_of),
                    *(at for i in region.calls for at in params_of.get(i, ())),
                ),
                writes=_buffers(compiled, given, buffer_of),
            )
        )
    return tuple(epochs)


def _why(compiled: Compiled, calls: Sequence[Call]) -> str:
    """Why an epoch runs on the CPU: of a network for the NPU, what its compiler says of the layers."""
    if calls[0].kernel == KIND:
        return ""
    found = (compiled.reasons.get(layer, "") for call in calls for layer in call.origin)
    return "; ".join(dict.fromkeys(filter(None, found))) or WHY_SOFTWARE


def _estimate(compiled: Compiled, call: Call) -> Estimate | None:
    return compiled.estimates.get(program_number(call)) if call.kernel == KIND else None


def _readers(program: Program) -> dict[int, set[int]]:
    """Tensor that a call writes -> the calls that read it; -1 among them for an output of the network."""
    found: dict[int, set[int]] = {}
    for number, tensors in ((-1, program.outputs), *((i, call.inputs) for i, call in enumerate(program.calls))):
        for tensor in tensors:
            for part in program.written(tensor):
                found.setdefault(part, set()).add(number)
    return found


def _traffic(program: Program, region: Sequence[int], readers: Mapping[int, set[int]]) -> tuple[list[int], list[int]]:
    """The tensors that calls of a region read from outside, and those they make for outside."""
    inside = [program.calls[i] for i in region]
    made = {t for call in inside for t in call.outputs}
    written = program.written
    wanted = {t for t in made if not readers.get(t, set()) <= set(region)}
    taken = [t for call in inside for t in call.inputs if not made.issuperset(written(t))]
    return taken, [t for call in inside for t in call.outputs if t in wanted]


def _buffers(compiled: Compiled, tensors: Sequence[int], buffer_of: Mapping[int, int]) -> tuple[int, ...]:
    """Positions of the buffers of tensors, each once: what is computed in place shares one."""
    owners = (t if t in buffer_of else compiled.schedule.aliases[t] for t in tensors)
    return tuple(dict.fromkeys(buffer_of[owner] for owner in owners))


def _layers(compiled: Compiled) -> tuple[NetworkLayer, ...]:
    graph = compiled.source
    epoch_of: dict[int, int] = {}
    for number, region in enumerate(compiled.schedule.regions, 1):
        for call in (compiled.program.calls[i] for i in region.calls):
            for layer in _origin(call):
                epoch_of[layer] = number
    return tuple(_layer(graph, op, epoch_of.get(op.index, -1)) for op in graph.operators)


def _origin(call: Call) -> tuple[int, ...]:
    return tuple(i for i in call.origin if i >= 0)


def _layer(graph: Graph, op: Operator, epoch: int) -> NetworkLayer:
    output = graph.tensors[op.outputs[0]]
    count, size = parameters(graph, op)
    return NetworkLayer(
        index=op.index,
        kind=op.kind,
        name=output.name,
        shape=output.shape,
        params=count,
        param_bytes=size,
        macs=macs(graph, op),
        inputs=tuple(graph.tensors[t].name for t in op.inputs if t is not None and not graph.tensors[t].is_constant),
        epoch=epoch,
    )


def _floats(quant: Quantization | None) -> tuple[float, ...]:
    return tuple(float(value) for value in quant.scale) if quant is not None else ()


def _integers(quant: Quantization | None) -> tuple[int, ...]:
    return tuple(int(value) for value in quant.zero_point) if quant is not None else ()
