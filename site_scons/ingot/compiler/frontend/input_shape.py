# SPDX-License-Identifier: Apache-2.0
"""The shapes of a model's inputs: those of the file, and what `input_shape=` gives where the file leaves them free.

    input_shape=1x96x96x3                    the model has one input
    input_shape=image:1x96x96x3,mask:1x10    several inputs, by name; those with fixed shapes may be left out

A converter writes -1 into `shape_signature` for an extent that it did not know, and 1 into `shape`. A free batch (the
first of several dimensions) is 1 unless it is given; every other free extent has to be given, because a model of one
pixel or one sample would compile as well, and be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ingot.base.errors import IngotError, did_you_mean
from ingot.compiler.frontend.arguments import Shape
from ingot.compiler.frontend.flatbuffer import DAMAGED
from ingot.compiler.graph import Graph

EXAMPLE = "input_shape=1x96x96x3, or of several inputs input_shape=image:1x96x96x3,mask:1x10"
_ENTRY = re.compile(r"(?:(?P<name>.+?):)??(?P<shape>\d+(?:x\d+)*)(?:,|$)")


def parse_input_shape(text: str) -> dict[str, Shape]:
    """Input name -> shape; the name is "" where none is given. Raises IngotError for what is no shape."""
    shapes: dict[str, Shape] = {}
    place = 0
    while place < len(text):
        entry = _ENTRY.match(text, place)
        shape = tuple(int(n) for n in entry["shape"].split("x")) if entry else ()
        if entry is None or 0 in shape or text.endswith(","):
            raise IngotError(f"input_shape is '{text}', which is not a shape", remedy=f"Write {EXAMPLE}.")
        name = entry["name"] or ""
        if name in shapes or (shapes and "" in (name, *shapes)):
            which = f"gives '{name}' twice" if name in shapes and name else "does not say which inputs it means"
            raise IngotError(f"input_shape is '{text}', which {which}", remedy=f"Write {EXAMPLE}.")
        shapes[name] = shape
        place = entry.end()
    return shapes


def with_input_shapes(graph: Graph, signatures: Mapping[int, Shape], text: str, where: str) -> Graph:
    """The graph with the shapes of its inputs. signatures: of the tensors whose shape_signature has a free extent.

    Raises IngotError: an extent that is free and not given, a name that is no input's, a shape that contradicts the
    file's.
    """
    shapes = _by_tensor(graph, parse_input_shape(text), text, where)
    tensors = list(graph.tensors)
    missing = []
    for t in graph.inputs:
        tensor = tensors[t]
        signature = signatures.get(t, tensor.shape)
        if len(signature) != len(tensor.shape):
            raise IngotError(
                f"the input '{tensor.name}' has the shape {list(tensor.shape)} and the shape_signature "
                f"{list(signature)}.",
                where=where,
                remedy=DAMAGED,
            )
        if t in shapes:
            _check_fits(tensor.name, shapes[t], signature, t in signatures, where)
            tensors[t] = replace(tensor, shape=shapes[t])
            continue
        free = [axis for axis, n in enumerate(signature) if n < 0]
        if any(axis > 0 or len(signature) == 1 for axis in free):
            missing.append(t)
        elif free:
            tensors[t] = replace(tensor, shape=(1, *tensor.shape[1:]))
    if missing:
        raise _free(graph, missing, signatures, where)
    return replace(graph, tensors=tuple(tensors))


def _by_tensor(graph: Graph, shapes: Mapping[str, Shape], text: str, where: str) -> dict[int, Shape]:
    names = [graph.tensors[t].name for t in graph.inputs]
    listed = f"Its inputs: {', '.join(names)}."
    if "" in shapes and len(names) != 1:
        raise IngotError(
            f"input_shape={text} does not say which of the model's {len(names)} inputs it means.",
            where=where,
            remedy=f"{listed} Write name:{text}.",
        )
    for name in shapes:
        if name and name not in names:
            raise IngotError(
                f"input_shape: the model has no input '{name}'.", where=where, remedy=did_you_mean(name, names)
            )
    return {t: shapes[key] for t in graph.inputs for key in (graph.tensors[t].name, "") if key in shapes}


def _check_fits(name: str, shape: Shape, signature: Shape, is_free: bool, where: str) -> None:
    if len(shape) == len(signature) and all(n in (-1, given) for n, given in zip(signature, shape, strict=True)):
        return
    file = f"its shape_signature is {list(signature)}" if is_free else f"its shape is fixed, {list(signature)}"
    raise IngotError(
        f"input_shape gives the input '{name}' the shape {list(shape)}, but {file}.",
        where=where,
        remedy="Only extents that are -1 in the shape_signature can be given; export the model again for others.",
    )


def _free(graph: Graph, missing: list[int], signatures: Mapping[int, Shape], where: str) -> IngotError:
    """The refusal of inputs with free extents."""
    inputs = [f"'{graph.tensors[t].name}' (shape_signature {list(signatures[t])})" for t in missing]
    examples = [_example(signatures[t], graph.tensors[t].shape) for t in missing]
    letters = " with numbers for the letters" if any(n.isalpha() for shape in examples for n in shape) else ""
    spelled = ["x".join(shape) for shape in examples]
    if len(graph.inputs) > 1:
        spelled = [f"{graph.tensors[t].name}:{shape}" for t, shape in zip(missing, spelled, strict=True)]
    what = "the input has" if len(missing) == 1 else "inputs have"
    return IngotError(
        f"{what} extents that the file leaves free: {', '.join(inputs)}.",
        where=where,
        remedy=f"Give them: input_shape={','.join(spelled)}{letters} "
        "(--input-shape of the command `ingot`, io.input_shape in the model.yaml).",
    )


def _example(signature: Shape, stored: Shape) -> list[str]:
    """The extents of a shape that fits: the signature's, 1 for the batch, what is stored if above 1, else a letter."""
    letters = iter("HWCDEFG" if len(signature) > 2 else "NMKLPQR")
    extents = []
    for axis, (n, m) in enumerate(zip(signature, stored, strict=True)):
        known = n if n >= 0 else 1 if axis == 0 and len(signature) > 1 else m
        extents.append(str(known) if n >= 0 or known > 1 or axis == 0 < len(signature) - 1 else next(letters))
    return extents
