# SPDX-License-Identifier: Apache-2.0
"""network.c: the network as C with ST's LL_ATON interface, every epoch in software.

Its text follows from the graph's structure, the plan and the options alone. Weights, scales, zero points and all else
that retraining can change are in the initializer; network.c knows only where. Tensors are numbered: their names, the
model's and Ingot's version are in c_info and the report, so that the same graph trained again gives the same file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingot.base import c_text
from ingot.base.render import render
from ingot.compiler.emit.compiled import UNTOLD, Compiled
from ingot.compiler.emit.initializer import FORMAT
from ingot.compiler.emit.kernel_files import header_of, sources_of
from ingot.compiler.emit.layout_id import layout_id
from ingot.compiler.emit.parameters import parameter_block
from ingot.compiler.emit.pools import macro, members_of, pool_comment, symbol, used_pools
from ingot.compiler.emit.rings import direction_fields, ring_fields
from ingot.compiler.emit.step_table import encode_steps
from ingot.compiler.graph import DType
from ingot.compiler.kernels.program import Activation, Call, Program
from ingot.compiler.offload import KIND
from ingot.compiler.schedule.buffers import align
from ingot.compiler.schedule.types import Region, Step
from ingot.network.ll_aton import BUILTIN, data_type


@dataclass(frozen=True)
class NetworkC:
    """The text of network.c, the layout id in it, and the files of firmware/kernels/ that it needs."""

    text: str
    layout_id: bytes
    kernels: tuple[str, ...]


def emit_network_c(compiled: Compiled) -> NetworkC:
    """The text with its layout id. Raises IngotError when the kernels' files are not those of this version."""
    writer = _Writer(compiled)
    introduction = render("network_intro.c.j2", **writer.introduction())
    body = writer.body()
    identity = layout_id(body, compiled.initializer, _kernels(compiled.program.calls))
    text = render("network.c.j2", **body, layout_id=", ".join(f"{byte:#04x}" for byte in identity))
    return NetworkC(introduction + text, identity, writer.sources())


def buffer_labels(roles: Iterable[str]) -> list[str]:
    """How network.c calls the buffers of a description, from their roles: input_1, output_1, and tensor_<id in c_info>
    for all others. Names of the model's tensors would change when it is trained again.
    """
    labels, ports = [], Counter[str]()
    for number, role in enumerate(roles, 1):
        ports[role] += 1
        labels.append(f"{role}_{ports[role]}" if role in ("input", "output") else f"tensor_{number}")
    return labels


class _Writer:
    """Turns the compiled network into the template's values: lists of C expressions and small dictionaries."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.program = compiled.program
        self.name = c_text.identifier(compiled.name)
        self._rings = {t: rows for region in compiled.schedule.regions for t, rows in region.rings.items()}
        self._reversed = {i for region in compiled.schedule.regions if region.reverse for i in region.calls}
        self._descriptors: dict[str, str] = {}
        self._shapes: dict[tuple[int, ...], str] = {}
        listed = compiled.listed()
        self._labels = dict(zip(listed, buffer_labels(map(compiled.role, listed)), strict=True))

    # ---- the introduction ----

    def introduction(self) -> dict[str, object]:
        pools = used_pools(self.compiled)
        notes = self.compiled.pool_notes
        return {
            "format": FORMAT,
            "name": self.name,
            "ll_aton": (BUILTIN.major, BUILTIN.minor, BUILTIN.micro, BUILTIN.dev),
            "options": [
                (c_text.comment(k), c_text.comment(v))
                for k, v in sorted(self.compiled.options.items())
                if k not in UNTOLD
            ],
            "pools": [pool_comment(i, pool, notes.get(pool.name, "")) for i, pool in enumerate(pools)],
        }

    # ---- the code ----

    def body(self) -> dict[str, object]:
        epochs = [self._epoch(number, region) for number, region in enumerate(self._regions(), 1)]
        inputs = [self._buffer(i) for i in self.program.inputs]
        outputs = [self._buffer(i) for i in self.program.outputs]
        shapes = _shape_lines(self._shapes)
        tensors = [self._buffer(i) for i, tensor in enumerate(self.program.tensors) if self._is_internal(i, tensor)]
        internal = [self._initializer_buffer(), *tensors]
        return {
            "name": self.name,
            "headers": self._headers(),
            "pools": self._pool_macros(),
            "user_inputs": self._user(self.program.inputs),
            "user_outputs": self._user(self.program.outputs),
            "rows": {"input": self._handed(self.program.inputs), "output": self._handed(self.program.outputs)},
            "descriptors": [(label, text) for text, label in self._descriptors.items()],
            "epochs": epochs,
            "shapes": shapes,
            "internal_shapes": _shape_lines(self._shapes)[len(shapes) :],
            "inputs": inputs,
            "outputs": outputs,
            "internal": internal,
            "params": macro(self.compiled.initializer_pool),
            "initializer_size": self.compiled.initializer.size,
            "states": self._states(),
        }

    def sources(self) -> tuple[str, ...]:
        """The kernels' C files, sorted."""
        names = {name for call in self.program.calls if call.kernel != KIND for name in sources_of(call)}
        return tuple(sorted(names | ({"region.c"} if self._fuses() else set())))

    def _headers(self) -> list[str]:
        names = {"ingot_npu.h" if call.kernel == KIND else header_of(call) for call in self.program.calls}
        return sorted(names | ({"region.h"} if self._fuses() else set()))

    def _fuses(self) -> bool:
        return any(not _is_single(region, self.program) for region in self._regions())

    def _regions(self) -> Sequence[Region]:
        return self.compiled.schedule.regions

    def _pool_macros(self) -> list[dict[str, object]]:
        """One entry a pool that something lies in; virtual pools stand behind the real ones that they rest on."""
        used = {p.pool for p in (*self.compiled.plan.placements.values(), *self.compiled.plan.scratch.values())}
        used.add(self.compiled.initializer_pool)
        names = sorted(name for name in used if name)
        members = {name: members_of(self.compiled, name) for name in names}
        real = {member.name: member for run in members.values() for member in run[:1]}
        result: list[dict[str, object]] = []
        for pool in self.compiled.pools:
            if pool.name not in real:
                continue
            label = symbol(self.name, pool) if pool.relative else ""
            address = label or f"{pool.base or 0:#010x}UL"
            size = self.compiled.initializer.size if pool.name == self.compiled.initializer_pool else pool.size
            result.append({"macro": macro(pool.name), "label": label, "address": address, "size": size, "over": ""})
        for name in names:
            if len(members[name]) > 1:
                first = macro(members[name][0].name)
                result.append({"macro": macro(name), "label": "", "address": "", "size": 0, "over": first})
        return result

    def _user(self, tensors: Sequence[int]) -> list[int | None]:
        """Per input or output, the bytes the application's buffer must have; None for one in a pool."""
        return [self.program.tensors[t].nbytes if self._is_user(t) else None for t in tensors]

    def _is_user(self, tensor: int) -> bool:
        placement = self.compiled.plan.placements.get(tensor)
        return placement is None or not placement.pool

    def _address(self, tensor: int) -> str:
        """A C expression for the tensor's first byte (void *)."""
        if self._is_user(tensor):
            kind = "input" if tensor in self.program.inputs else "output"
            tensors = self.program.inputs if kind == "input" else self.program.outputs
            return f"user_{kind}[{tensors.index(tensor)}]"
        placement = self.compiled.plan.placements[tensor]
        return f"AT({macro(placement.pool)}, {placement.offset:#x})"

    def _descriptor(self, index: int) -> str:
        """The name of the call's descriptor; calls of equal shapes share one."""
        call = self.program.calls[index]
        fields = {
            **call.fields,
            **ring_fields(call, self._rings),
            **direction_fields(call, index in self._reversed),
        }
        text = f"ingot_{call.descriptor} @ = {c_text.initializer(fields)}"
        if text not in self._descriptors:
            self._descriptors[text] = f"{call.descriptor}_{len(self._descriptors)}"
        return self._descriptors[text]

    def _call(self, index: int, row: str, count: str) -> str:
        """The C statement that runs a call."""
        call = self.program.calls[index]
        arguments = [f"&{self._descriptor(index)}"]
        arguments += [self._address(t) for t in (*call.inputs, *call.outputs)]
        if call.scratch:
            place = self.compiled.plan.scratch[index]
            arguments.append(f"AT({macro(place.pool)}, {place.offset:#x})")
        block = self.compiled.initializer.blocks.get(index)
        params = macro(self.compiled.initializer_pool)
        arguments.append("NULL" if block is None else f"AT({params}, {block:#x})")
        statement = f"ingot_{call.kernel}({', '.join((*arguments, row, count))});"
        return self._handing_over(call, row, count, statement) if call.in_order else statement

    def _handing_over(self, call: Call, row: str, count: str, otherwise: str) -> str:
        """The C statement that asks the application for rows, or gives it some, where it wants to be asked."""
        (source,), (target,) = call.inputs, call.outputs
        into = source in self.program.inputs
        kind, verb, inner = ("input", "get", target) if into else ("output", "put", source)
        ports = self.program.inputs if into else self.program.outputs
        port = f"{kind}_rows[{ports.index(source if into else target)}]"
        numbers = f"{self.program.tensors[inner].row_bytes}, {self._rings.get(inner, 0)}, {row}, {count}"
        return f"if ({port}.{verb}) ingot_{verb}_rows(&{port}, {self._address(inner)}, {numbers}); else {otherwise}"

    def _handed(self, ports: Sequence[int]) -> bool:
        """Whether the application hands the inputs, or outputs, over some rows at a time."""
        touched = {t for call in self.program.calls if call.in_order for t in (*call.inputs, *call.outputs)}
        return bool(touched.intersection(ports))

    def _epoch(self, number: int, region: Region) -> dict[str, object]:
        calls = [self.program.calls[i] for i in region.calls]
        title = ", ".join(f"{call.kernel} -> {self._labels[call.outputs[0]]}" for call in calls[:3])
        if len(calls) > 3:
            title += f" and {len(calls) - 3} more"
        epoch: dict[str, object] = {"number": number, "title": title}
        if calls[0].kernel == KIND:
            return {**epoch, "fused": False, "npu": self._npu(region.calls[0])}
        if _is_single(region, self.program):
            rows = self.program.rows_of(region.calls[0])
            return {**epoch, "fused": False, "call": self._call(region.calls[0], "0", str(rows))}
        table = encode_steps(region)
        lines = [", ".join(map(str, table.data[i : i + 24])) for i in range(0, len(table.data), 24)]
        return {
            **epoch,
            "fused": True,
            "cases": [self._call(i, "y", "n") for i in region.calls],
            "steps": lines,
            "at": ", ".join(map(str, table.at)),
            "reverse": int(region.reverse),
            "rings": [
                f"{self._labels[t]}: {rows} of {self.program.tensors[t].rows} rows"
                for t, rows in sorted(region.rings.items())
            ],
        }

    def _npu(self, index: int) -> dict[str, object]:
        """A program of the NPU: its blob, what it reads and what it writes, as addresses and sizes.

        The CPU's cache is written back where the NPU reads, and forgets what it has of where the NPU writes.
        """
        call = self.program.calls[index]
        block = self.compiled.initializer.blocks[index]
        params = parameter_block(call)
        (blob,) = (offset for name, offset, _ in params.members if name == "blob")
        reads, writes = (
            [{"address": self._address(t), "size": self._whole(t)} for t in tensors]
            for tensors in (call.inputs, call.outputs)
        )
        scratch: list[dict[str, object]] = []
        if call.scratch:
            place = self.compiled.plan.scratch[index]
            scratch.append({"address": f"AT({macro(place.pool)}, {place.offset:#x})", "size": call.scratch})
        return {
            "blob": f"AT({macro(self.compiled.initializer_pool)}, {block + blob:#x})",
            "reads": reads,
            "before": [*writes, *scratch],
            "writes": writes,
        }

    def _whole(self, tensor: int) -> int:
        """Bytes of the lines of the cache that a tensor has for itself."""
        data = self.program.tensors[tensor]
        return align(data.nbytes, self.program.alignment)

    # ---- the buffer tables ----

    def _is_internal(self, index: int, tensor: Activation) -> bool:
        """Whether a debugger may look at the tensor as a whole after its epoch."""
        return tensor.role in ("activation", "state") and index not in self._rings and not self._is_user(index)

    def _buffer(self, index: int) -> dict[str, object]:
        tensor = self.program.tensors[index]
        unsigned = int(tensor.dtype.value.startswith("uint"))
        bits = tensor.dtype.size * 8
        quant = self.compiled.initializer.quants.get(index)
        shape = self.compiled.face(index)[1] or (1,)
        if self._is_user(index):
            base, offset = f"(unsigned char *)&{self._address(index)}", 0
        else:
            placement = self.compiled.plan.placements[index]
            base, offset = self._base(placement.pool), placement.offset
        params = macro(self.compiled.initializer_pool)
        first = self.compiled.plan.placements[index].first + 1 if index in self.compiled.plan.placements else 0
        return {
            "name": c_text.string(self._labels[index]),
            "base": base,
            "start": offset,
            "end": offset + tensor.nbytes,
            "user": int(self._is_user(index)),
            "param": 0,
            "epoch": first,
            "batch": shape[0] if len(shape) > 1 else 1,
            "shape": self._shape(shape),
            "ndims": len(shape),
            "chpos": "CHPos_Last" if len(shape) > 1 else "CHPos_UNDEFINED",
            "type": data_type(tensor.dtype.value),
            "unsigned": unsigned,
            "qm": 0 if tensor.dtype == DType.FLOAT32 else bits - 1 + unsigned,
            "bits": bits,
            "per_channel": int(quant is not None and quant.count > 1),
            "scale": "NULL" if quant is None else f"AT({params}, {quant.scale:#x})",
            "zero_point": "NULL" if quant is None else f"AT({params}, {quant.zero_point:#x})",
        }

    def _initializer_buffer(self) -> dict[str, object]:
        """The whole initializer as one buffer, for tools that find out from the table what a pool must hold."""
        size = self.compiled.initializer.size
        return {
            "name": c_text.string("initializer"),
            "base": self._base(self.compiled.initializer_pool),
            "start": 0,
            "end": size,
            "user": 0,
            "param": 1,
            "epoch": 0,
            "batch": 1,
            "shape": self._shape((size,)),
            "ndims": 1,
            "chpos": "CHPos_UNDEFINED",
            "type": data_type("uint8"),
            "unsigned": 1,
            "qm": 8,
            "bits": 8,
            "per_channel": 0,
            "scale": "NULL",
            "zero_point": "NULL",
        }

    def _base(self, pool: str) -> str:
        """A pool's base in the form that tools parse, `(unsigned char *)WORD(address)`; the macro decides."""
        first = members_of(self.compiled, pool)[0]
        address = f"(uintptr_t){symbol(self.name, first)}" if first.relative else f"{first.base or 0:#010x}UL"
        return f"(unsigned char *)BASE_{c_text.identifier(first.name)}({address})"

    def _shape(self, shape: tuple[int, ...]) -> str:
        if shape not in self._shapes:
            self._shapes[shape] = "buff_info__shape_" + "_".join(map(str, shape))
        return self._shapes[shape]

    def _states(self) -> list[dict[str, object]]:
        """State tensors and how they start: a byte for all their bytes, or where all of them are.

        A state without a start value begins with the stored value of the real number zero.
        """
        result: list[dict[str, object]] = []
        params = macro(self.compiled.initializer_pool)
        for index, tensor in enumerate(self.program.tensors):
            if tensor.role != "state":
                continue
            state: dict[str, object] = {"address": self._address(index), "size": tensor.nbytes, "whole": False}
            quant = self.compiled.initializer.quants.get(index)
            start = self.compiled.initializer.states.get(index)
            if start is not None and len(start.data) == tensor.nbytes > 1:
                state |= {"value": f"AT({params}, {start.offset:#x})", "whole": True}
            elif start is not None:
                state["value"] = f"*(const uint8_t *)AT({params}, {start.offset:#x})"
            else:
                byte = tensor.dtype.size == 1 and quant is not None
                state["value"] = f"*(const int16_t *)AT({params}, {quant.zero_point:#x})" if byte and quant else "0"
            result.append(state)
        return result


def _kernels(calls: Sequence[Call]) -> Iterable[str]:
    """C names without the prefix. A program of the NPU is none: its format is the blob's, which says it itself."""
    return (call.kernel for call in calls if call.kernel != KIND)


def _shape_lines(shapes: Mapping[tuple[int, ...], str]) -> list[tuple[str, str]]:
    return [(label, ", ".join(map(str, shape))) for shape, label in shapes.items()]


def _is_single(region: Region, program: Program) -> bool:
    """Whether the region is one call over all its rows in one step."""
    return len(region.calls) == 1 and region.steps == (Step(0, 0, program.rows_of(region.calls[0])),)
