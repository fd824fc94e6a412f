# SPDX-License-Identifier: Apache-2.0
"""What a model computes according to LiteRT's reference kernels (OpResolverType.BUILTIN_REF): the oracle of every test.

`ai-edge-litert` is needed for verification only, so it is imported when a Reference is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.errors import IngotError
from ingot.compiler.frontend.cut import part_of
from ingot.compiler.frontend.plain_values import fits
from ingot.compiler.frontend.tflite import parse_operators
from ingot.compiler.graph import DType, Graph
from ingot.compiler.graph.arithmetic import is_dynamic_range
from ingot.device.run.oracle_copy import extreme, quantizers, saturated, with_axis_of_vectors, without_absent_shapes
from ingot.device.run.oracle_trial import ALIKE, ending, survives
from ingot.device.run.reference_gaps import BEYOND, EXTREME, UNORDERED, UNSCALED, unscaled
from ingot.device.run.reference_versions import with_registered_versions
from ingot.model.model_file import model_bytes
from ingot.network.types import Network


@dataclass(frozen=True)
class Port:
    """An input or output of the model as LiteRT sees it.

    shape: of an output, before the first run(), as far as LiteRT knows it without values.
    scale, zero_point: per tensor; 0.0 and 0 without quantization. index: LiteRT's tensor index.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: float
    zero_point: int
    index: int


class Reference:
    """One model in LiteRT's interpreter: reference kernels, one thread.

    model: a .tflite file or its bytes.
    input_shapes: of the inputs in the model's order, where its file leaves extents free (-1 in shape_signature); other
        extents stay the file's.
    network: what was compiled of the model, which says the shapes of its inputs, and where in the file it begins and
        ends.
    optimized: LiteRT's optimized host kernels instead, for the few operators that have no reference kernel (ELU). They
        are no oracle for whole models.
    LiteRT gets a mended copy of some files and inputs, see oracle_copy.py.
    Raises IngotError when LiteRT is not installed or refuses the model.
    """

    name = "LiteRT's reference kernels"

    def __init__(
        self,
        model: Path | str | bytes,
        input_shapes: Sequence[tuple[int, ...]] = (),
        *,
        optimized: bool = False,
        network: Network | None = None,
    ) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter, OpResolverType
        except ImportError as error:
            raise IngotError(
                f"verification needs LiteRT, which cannot be imported ({error}).",
                remedy="Install it with `pip install ai-edge-litert`.",
            ) from None
        where = "" if isinstance(model, bytes) else str(model)
        try:
            content = model if isinstance(model, bytes) else model_bytes(Path(model).read_bytes())
        except OSError as error:
            raise IngotError(f"cannot read the model: {error.strerror}.", where=where) from None
        if network is not None:
            input_shapes = [buffer.shape for buffer in network.inputs]
            content = part_of(content, *([b.name for b in side] for side in (network.inputs, network.outputs)))
        self._content = content
        self._graph: Graph | None = None
        self._ending: list[str] | None = None
        self.saturated = 0
        """Input values so far of which LiteRT was given the nearest that it computes alike on every host."""
        kinds = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES if optimized else OpResolverType.BUILTIN_REF

        def interpreter(content: bytes) -> Any:
            return Interpreter(
                model_content=content,
                experimental_op_resolver_type=kinds,
                # Without it, LiteRT may overwrite a tensor that another RESHAPE of the same one still needs.
                experimental_preserve_all_tensors=True,
                num_threads=1,
            )

        mended = without_absent_shapes(with_axis_of_vectors(content))
        try:
            try:
                self._interpreter = interpreter(mended)
            except ValueError as error:
                if "Didn't find op for builtin opcode" not in str(error):
                    raise
                mended = with_registered_versions(mended)
                self._interpreter = interpreter(mended)
            self._shapes = input_shapes
            self._fresh: Callable[[], Any] = partial(interpreter, mended)
            self._resize(input_shapes)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())
            if missing := re.search(r"Didn't find op for builtin opcode '(\w+)' version '(\d+)'", reason):
                raise IngotError(
                    f"LiteRT has no reference kernel of {missing[1]} (version {missing[2]}) to compare with",
                    where=where,
                    remedy="The model runs all the same; verify it without that operator.",
                ) from None
            raise IngotError(
                f"LiteRT refuses the model: {reason}",
                where=where,
                remedy="Export the model again; verification needs one that LiteRT's reference kernels run.",
            ) from None
        self.inputs = tuple(_port(detail) for detail in self._interpreter.get_input_details())
        self.outputs = tuple(_port(detail) for detail in self._interpreter.get_output_details())

    def _resize(self, shapes: Sequence[tuple[int, ...]]) -> None:
        """Gives inputs their shapes where these are the file's but for free extents."""
        for detail, shape in zip(self._interpreter.get_input_details(), shapes, strict=False):
            signature = tuple(int(n) for n in detail["shape_signature"])
            if len(signature) == len(shape) and all(a in (-1, b) for a, b in zip(signature, shape, strict=True)):
                self._interpreter.resize_tensor_input(int(detail["index"]), list(shape), strict=True)

    def run(self, values: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        """One inference. values: one array an input, in the model's order, of exactly its shape and type.

        Returns copies of the outputs. State of variable tensors carries over to the next call; see reset().
        """
        if len(values) != len(self.inputs):
            raise IngotError(f"the model has {len(self.inputs)} inputs, {len(values)} were given.")
        for port, value in zip(self.inputs, values, strict=True):
            if tuple(value.shape) != port.shape or value.dtype != port.dtype:
                raise IngotError(
                    f"input '{port.name}' is {port.dtype} {list(port.shape)}, "
                    f"the given value is {value.dtype} {list(value.shape)}."
                )
        try:
            for position, (port, value) in enumerate(zip(self.inputs, values, strict=True)):
                self._interpreter.set_tensor(port.index, self._saturated(position, value))
            self._try()
            self._interpreter.invoke()
            return [np.array(self._interpreter.get_tensor(port.index)) for port in self.outputs]
        except (ValueError, RuntimeError) as error:
            raise IngotError(
                f"LiteRT cannot run the model: {' '.join(str(error).split())}",
                remedy="Random inputs may be none that it takes, such as indexes beyond a table: give one with input=.",
            ) from None

    def _try(self) -> None:
        """Raises IngotError where the inference would end this process."""
        if self._ending is None:
            self._ending = ending(self._parsed())
        if self._ending and not survives(self._interpreter.invoke):
            raise IngotError(
                f"LiteRT's reference kernels end their process in {', '.join(self._ending)}: the exponentials of its "
                f"numbers add up to {ALIKE} times the largest",
                remedy="The model runs all the same; compare it with other inputs, by seed= or input=.",
            )

    def _saturated(self, position: int, value: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if value.dtype != np.float32 or not extreme(value, 1e-12).any():
            return value
        mended = saturated(self._parsed(), position, value)
        self.saturated += int((mended != value).sum())
        return mended

    def _parsed(self) -> Graph:
        if self._graph is None:
            self._graph = parse_operators(self._content, "model", "the model")
        return self._graph

    def met_gaps(self) -> list[str]:
        """Clauses about the known gaps that depend on the numbers of the last run, for messages."""
        graph = self._parsed()
        clauses = [
            f"{place} {EXTREME}"
            for source, target, place in quantizers(graph)
            if extreme(self.tensor(source), graph.tensors[target].scale).any()
        ]
        for op in graph.operators:
            if is_dynamic_range(graph, op) and op.inputs[0] is not None and unscaled(self.tensor(op.inputs[0])):
                clauses.append(f"{op.place(graph)} {UNSCALED}")
            if op.kind not in ("ARG_MAX", "ARG_MIN", "REDUCE_MAX", "REDUCE_MIN", "CAST") or op.inputs[0] is None:
                continue
            if graph.tensors[op.inputs[0]].dtype is not DType.FLOAT32:
                continue
            values, target = self.tensor(op.inputs[0]), graph.tensors[op.outputs[0]].dtype.numpy
            if op.kind != "CAST" and np.isnan(values).any():
                clauses.append(f"{op.place(graph)} {UNORDERED}")
            if op.kind == "CAST" and target.kind in "iu" and not fits(values, target):
                clauses.append(f"{op.place(graph)} {BEYOND}")
        return clauses

    def tensor(self, index: int) -> npt.NDArray[Any]:
        """A copy of any tensor of the model after run(), by its index in the file."""
        return np.array(self._interpreter.get_tensor(index))

    def reset(self) -> None:
        """Sets state back to its start: variable tensors, and resource variables, which only another interpreter
        initialises again."""
        self._interpreter = self._fresh()
        self._resize(self._shapes)
        self._interpreter.allocate_tensors()


def _port(detail: dict[str, Any]) -> Port:
    scale, zero_point = detail["quantization"]
    return Port(
        name=str(detail["name"]),
        shape=tuple(int(extent) for extent in detail["shape"]),
        dtype=np.dtype(detail["dtype"]),
        scale=float(scale),
        zero_point=int(zero_point),
        index=int(detail["index"]),
    )
