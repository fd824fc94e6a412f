# SPDX-License-Identifier: Apache-2.0
"""What Ingot and the oracle make of one model file of the world's, for bench/corpus.py."""

from __future__ import annotations

import re
import traceback
import zlib
from pathlib import Path
from typing import Any, NamedTuple

from support.models.trials import operators_of
from support.whole.outcome import Answer, Child, compare, general

SEQUENCE = 8
"""Inferences in a row of a model with a state; then it is reset, and they run again."""

SAMPLES = 2

EXTENT = 16
"""Of an input where the file leaves it free."""


class Verdict(NamedTuple):
    """result: one of outcome.RESULTS. what: the whole message. reasons: (operator or "", reason) of a refusal.

    sequence: inferences in a row that were compared. input_shape: what the message of a refusal asked for and got.
    """

    name: str
    result: str
    what: str
    reasons: list[tuple[str, str]]
    kinds: tuple[str, ...]
    sequence: int = 0
    input_shape: str = ""


def ingot(path: str, run: bool, input_shape: str) -> Answer:
    """The model compiled, and run on the host."""
    import numpy as np

    from ingot.base.errors import IngotError
    from ingot.compiler.frontend.tflite import read_tflite
    from ingot.compiler.kernels.lower import lower
    from ingot.compiler.kernels.registry import Target
    from ingot.compiler.passes.optimize import optimize
    from ingot.device.run.direct import DirectNetwork
    from ingot.device.run.inputs import random_inputs
    from ingot.device.run.reference_gaps import GAPS, is_float_function

    try:
        graph = read_tflite(Path(path), input_shape)
        program = lower(optimize(graph), Target())
    except IngotError as error:
        return Answer("refused", str(error))
    except Exception:
        return Answer("traceback", traceback.format_exc())
    if not run:
        return Answer("ran", inputs=[], outputs={})
    stateful = any(t.role == "state" for t in program.tensors)
    specs = [(program.tensors[t].shape, program.tensors[t].dtype.numpy.name) for t in program.inputs]
    seed = zlib.crc32(Path(path).name.encode())
    inputs = [random_inputs(specs, seed + i) for i in range(SEQUENCE if stateful else SAMPLES)]
    try:
        network = DirectNetwork(program)
        outputs = {"": [network.run(sample) for sample in inputs]}
        if stateful:
            network.reset()
            outputs["after a reset"] = [network.run(sample) for sample in inputs]
    except IngotError as error:
        return Answer("traceback", str(error))
    except Exception:
        return Answer("traceback", traceback.format_exc())
    if any(is_float_function(graph, op) for op in graph.operators):
        for runs in outputs.values():
            for arrays in runs:
                arrays[:] = [np.array(a) for a in arrays]
    gap = "; ".join(f"{op.kind} {gap.why}" for gap in GAPS for op in graph.operators if gap.found(graph, op))
    return Answer("ran", inputs=inputs, outputs=outputs, gap=gap)


def oracle(path: str, inputs: list[Any]) -> Answer:
    from ingot.base.errors import IngotError
    from ingot.device.run.oracle import Reference

    try:
        reference = Reference(Path(path), [a.shape for a in inputs[0]] if inputs else ())
        outputs = []
        for sample in inputs:
            given = [a.reshape(port.shape) for a, port in zip(sample, reference.inputs, strict=True)]
            outputs.append(reference.run(given))
    except IngotError as error:
        return Answer("refused", str(error))
    except Exception:
        return Answer("traceback", traceback.format_exc())
    return Answer("ran", outputs={"reference": outputs}, gap="; ".join(reference.met_gaps() if inputs else []))


class CorpusPair:
    """Ingot and the oracle, side by side."""

    def __init__(self) -> None:
        self._ingot, self._oracle = Child(ingot), Child(oracle)

    def verdict(self, path: Path, *, run: bool) -> Verdict:
        try:
            kinds = tuple(sorted(operators_of(path.read_bytes())))
        except Exception:
            kinds = ()
        verdict = self._verdict(path, run, "", kinds)
        shape = shape_asked_for(verdict.what)
        return self._verdict(path, run, shape, kinds) if shape else verdict

    def _verdict(self, path: Path, run: bool, shape: str, kinds: tuple[str, ...]) -> Verdict:
        return self._answer(path, run, shape, kinds)._replace(input_shape=shape)

    def _answer(self, path: Path, run: bool, shape: str, kinds: tuple[str, ...]) -> Verdict:
        ours = self._ingot.ask(str(path), run, shape)
        if ours.state == "refused":
            theirs = self._oracle.ask(str(path), [])
            result = "Ingot refuses" if theirs.state == "ran" else "both refuse"
            return Verdict(path.name, result, ours.what, reasons(ours.what.replace(f"{path}: ", "")), kinds)
        if ours.state != "ran":
            return Verdict(path.name, "TRACEBACK" if ours.state == "traceback" else "CRASH", ours.what, [], kinds)
        if not run:
            return Verdict(path.name, "equal", "", [], kinds)
        theirs = self._oracle.ask(str(path), ours.inputs)
        count = len(ours.inputs or ())
        if theirs.state != "ran":
            result = "oracle died" if theirs.state == "died" else "oracle refuses"
            return Verdict(path.name, result, theirs.what, [], kinds)
        difference = compare(ours, theirs, tolerant=True)
        if not difference:
            return Verdict(path.name, "equal", "", [], kinds, count if count == SEQUENCE else 1)
        gap = ours.gap or theirs.gap
        return Verdict(path.name, "gap" if gap else "DIFFERENT", f"{difference}; {gap}", [], kinds)

    def close(self) -> None:
        self._ingot.close()
        self._oracle.close()


def reasons(message: str) -> list[tuple[str, str]]:
    """(operator, reason) of every line of a refusal; the operator is "" where it is about none."""
    lines = message.splitlines()
    details = [line.strip() for line in lines if line.startswith("    ")]
    found = []
    for line in details or lines[:1]:
        operator = re.search(r"\((\w+) -> ", line) or re.search(r"operator \d+ \((\w+)", line)
        what = line.split("): ", 1)[-1] if operator else line
        found.append((operator[1] if operator else "", general(what)))
    return sorted(set(found))


def shape_asked_for(message: str) -> str:
    """The input_shape that a refusal asks for, with EXTENT for each of its letters; "" when it asks for none."""
    asked = re.search(r"Give them: input_shape=(.*?)(?: with numbers for the letters)? \(", message)
    return re.sub(r"(?<=[:x,])[A-Z](?=[x,]|$)|^[A-Z](?=x|,|$)", str(EXTENT), asked[1]) if asked else ""


def is_elsewhere(verdict: Verdict) -> bool:
    """Whether the file has custom operators, of Vela or the Edge TPU among others."""
    return verdict.result in ("both refuse", "Ingot refuses") and "custom operator" in verdict.what
