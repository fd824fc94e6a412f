# SPDX-License-Identifier: Apache-2.0
"""What Ingot and the oracle make of one model, each in a child process of its own: either may end the process."""

from __future__ import annotations

import multiprocessing
import os
import re
import resource
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from support.models.trials import operators_of
from support.whole.model import whole_model

Arrays = list[npt.NDArray[Any]]

SECONDS = 120
"""Of processor time, after which a child counts as dead."""

PATIENCE = 20
"""So many times longer it may wait: for the processor, or for ever."""

MEMORY = 6 << 30
"""Bytes a child may map: damaged sizes make LiteRT ask for all there is."""


class Answer(NamedTuple):
    """One side's. state: "ran", "refused", "traceback", "died". what: the message. outputs: way -> sample -> arrays.

    gap: why the oracle is none for this model, "" when it is.
    """

    state: str
    what: str = ""
    inputs: list[Arrays] | None = None
    outputs: dict[str, list[Arrays]] | None = None
    gap: str = ""


class Outcome(NamedTuple):
    """result: one of RESULTS; "close" is a gap whose float32 outputs lie within what `verify` allows.

    reason: the message of the side that refused, or the difference.
    """

    seed: int
    result: str
    reason: str
    kinds: tuple[str, ...]
    forms: tuple[str, ...]


RESULTS = (
    "equal",
    "close",
    "gap",
    "both refuse",
    "Ingot refuses",
    "oracle refuses",
    "oracle died",
    "DIFFERENT",
    "TRACEBACK",
    "CRASH",
)
FAULTS = ("DIFFERENT", "TRACEBACK", "CRASH")


def ingot(model: bytes, input_shape: str = "", count: int = 2) -> Answer:
    """The model compiled and run on the host, `count` times: whole tensors, row by row, in place, without passes."""
    from ingot.base.errors import IngotError
    from ingot.compiler.frontend.tflite import parse_tflite
    from ingot.compiler.kernels.lower import lower
    from ingot.compiler.kernels.registry import Target
    from ingot.compiler.passes.optimize import optimize
    from ingot.device.run.direct import DirectNetwork, overwrite, stream

    answer = Answer("refused")
    try:
        graph = parse_tflite(model, "model", "model.tflite", input_shape)
        program = lower(optimize(graph), Target())
    except IngotError as error:
        return answer._replace(what=str(error))
    except Exception:
        return answer._replace(state="traceback", what=traceback.format_exc())
    try:
        tensors = [program.tensors[t] for t in program.inputs]
        inputs = samples([(t.shape, t.dtype.numpy) for t in tensors], model, count)
        network = DirectNetwork(program)
        outputs = {"whole tensors": [network.run(sample) for sample in inputs]}
        if not any(t.role == "state" for t in program.tensors):
            outputs["row by row"] = [stream(program, inputs[0])]
            if any(call.inplace for call in program.calls):
                outputs["in place"] = [overwrite(program, inputs[0])]
    except Exception:
        return answer._replace(state="traceback", what=traceback.format_exc())
    try:
        plain = DirectNetwork(lower(graph, Target()))
        outputs["without passes"] = [plain.run(sample) for sample in inputs]
    except IngotError:
        pass
    except Exception:
        return answer._replace(state="traceback", what="without passes:\n" + traceback.format_exc())
    return answer._replace(state="ran", inputs=inputs, outputs=outputs, gap=_gap(graph))


def _gap(graph: Any) -> str:
    from ingot.device.run.reference_gaps import GAPS

    return "; ".join(f"{op.kind} {gap.why}" for gap in GAPS for op in graph.operators if gap.found(graph, op))


def oracle(model: bytes, inputs: list[Arrays] | None, others: bool = False) -> Answer:
    """The reference kernels' outputs; of inputs of their own where Ingot has none. others: LiteRT's optimized kernels
    where there is no reference kernel."""
    from ingot.base.errors import IngotError
    from ingot.device.run.oracle import Reference

    compared = inputs is not None
    try:
        shapes = [a.shape for a in inputs[0]] if inputs else ()
        try:
            reference = Reference(model, shapes)
        except IngotError as error:
            if not others or "no reference kernel" not in str(error):
                raise
            reference = Reference(model, shapes, optimized=True)
        if inputs is None:
            if odd := [port.dtype.name for port in reference.inputs if port.dtype.kind not in "iufb"]:
                return Answer("refused", f"an input is {odd[0]}, of which there are no random numbers")
            inputs = samples([(port.shape, port.dtype) for port in reference.inputs], model)
        else:  # shapes are LiteRT's business, Ingot's are compared by the outputs
            inputs = [
                [a.reshape(port.shape) for a, port in zip(sample, reference.inputs, strict=True)] for sample in inputs
            ]
        outputs = [reference.run(sample) for sample in inputs]
    except IngotError as error:
        return Answer("refused", str(error))
    except MemoryError:
        return Answer("died", "it took more memory than a child has")
    except Exception:
        return Answer("traceback", traceback.format_exc())
    return Answer("ran", outputs={"reference": outputs}, gap="; ".join(reference.met_gaps() if compared else []))


def samples(specs: Sequence[tuple[tuple[int, ...], Any]], model: bytes, count: int = 2) -> list[Arrays]:
    """Sets of inputs: random numbers, and many of the largest and smallest, in turn."""
    import zlib

    first = zlib.crc32(model)
    sets = [_two_samples(specs, first + 2 * number) for number in range((count + 1) // 2)]
    return [sample for two in sets for sample in two][:count]


def _two_samples(specs: Sequence[tuple[tuple[int, ...], Any]], seed: int) -> list[Arrays]:
    from ingot.device.run.inputs import random_inputs

    reach = (1.0, 10.0, 300.0)[seed % 3]
    names = [(shape, np.dtype(dtype).name) for shape, dtype in specs]
    first = random_inputs(names, seed, [(-reach, reach)] * len(names))
    second = []
    for array in random_inputs(names, seed + 1):
        limits = np.iinfo(array.dtype) if array.dtype.kind in "iu" else None
        ends = np.array([limits.min, limits.max, 0, 1], array.dtype) if limits else np.array([0, 1], array.dtype)
        if array.dtype.kind == "f":
            ends = np.array([0.0, -0.0, 1e-30, 1e4, -1e4, 0.5, -0.5, 1.5], array.dtype)
        chosen = np.random.default_rng(seed).integers(0, 2 * len(ends), array.shape)
        second.append(np.where(chosen < len(ends), ends[chosen % len(ends)], array).astype(array.dtype))
    return [first, second]


def compare(ours: Answer, theirs: Answer, *, tolerant: bool = False) -> str:
    """The first difference; "" when all ways give the reference's numbers, to the sign of zero; NaN is equal to NaN.

    tolerant: float32 may differ by the units in the last place that `verify` allows.
    """
    from ingot.device.run.reference_gaps import LAST_BITS
    from ingot.device.run.verify import distance

    assert ours.outputs is not None and theirs.outputs is not None
    expected = theirs.outputs["reference"]
    for way, runs in ours.outputs.items():
        for number, (got, want) in enumerate(zip(runs, expected, strict=False)):
            if len(got) != len(want):
                return f"{way}: {len(got)} outputs instead of {len(want)}"
            for position, (a, b) in enumerate(zip(got, want, strict=True)):
                if a.dtype != b.dtype or a.size != b.size:
                    return f"{way}: output {position} is {a.dtype} {a.shape} instead of {b.dtype} {b.shape}"
                a = a.reshape(b.shape)
                if tolerant and a.dtype == np.float32 and distance(a, b) <= LAST_BITS:
                    continue
                same = a == b
                if a.dtype.kind == "f":
                    same = (same & (np.signbit(a) == np.signbit(b))) | (np.isnan(a) & np.isnan(b))
                if not same.all():
                    where = tuple(int(i) for i in np.argwhere(~same)[0])
                    return (
                        f"{way}, sample {number}, output {position}: {int((~same).sum())} of {a.size} differ, "
                        f"first at {list(where)}: {a[where]} instead of {b[where]}"
                    )
    return ""


class Child:
    """A process that answers requests one by one, started again when it dies."""

    def __init__(self, function: Callable[..., Answer]) -> None:
        self._function, self._process, self._pipe = function, None, None

    def ask(self, *arguments: Any) -> Answer:
        if self._process is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, other = context.Pipe()
            self._process = context.Process(target=_serve, args=(self._function, other), daemon=True)
            self._process.start()
            other.close()
        try:
            self._pipe.send(arguments)
            if self._wait(self._process.pid):
                return self._pipe.recv()
            self._process.kill()
            reason = f"no answer within {SECONDS} s of processor time"
        except (EOFError, OSError):
            reason = ""
        self._process.join()
        reason = reason or f"ended with status {self._process.exitcode}"
        self._process = None
        return Answer("died", reason)

    def _wait(self, pid: int) -> bool:
        """Whether an answer has come before the child's time is up."""
        began, limit = _processor_seconds(pid), time.monotonic() + PATIENCE * SECONDS
        while not self._pipe.poll(min(SECONDS, 5)):
            if _processor_seconds(pid) - began > SECONDS or time.monotonic() > limit:
                return False
        return True

    def seconds(self) -> float:
        """Processor time of the process that runs."""
        return _processor_seconds(self._process.pid) if self._process else 0.0

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()


def _processor_seconds(pid: int) -> float:
    """User and system time of a process and the children that it has waited for; 0 when it is gone (proc(5))."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    return sum(map(int, text.rpartition(")")[2].split()[11:15])) / os.sysconf("SC_CLK_TCK")


def _serve(function: Callable[..., Answer], pipe: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    np.seterr(all="ignore")
    while True:
        try:
            arguments = pipe.recv()
        except EOFError:
            return
        pipe.send(function(*arguments))


class Pair:
    """Ingot and the oracle, side by side, with `inputs` sets of inputs a model. others: see oracle()."""

    def __init__(self, inputs: int = 2, *, others: bool = False) -> None:
        self.ingot, self.oracle, self._inputs, self._others = Child(ingot), Child(oracle), inputs, others

    def outcome(self, seed: int) -> Outcome:
        """Of model number `seed`."""
        drawn = whole_model(seed)
        return self.of_model(drawn.content, drawn.input_shape)._replace(seed=seed, forms=drawn.forms)

    def of_model(self, model: bytes, input_shape: str = "") -> Outcome:
        ours = self.ingot.ask(model, input_shape, self._inputs)
        theirs = self.oracle.ask(model, ours.inputs, self._others)
        return Outcome(0, *_verdict(ours, theirs), tuple(sorted(operators_of(model))), ())

    def processor_seconds(self) -> float:
        """Of both sides and of this process."""
        return self.ingot.seconds() + self.oracle.seconds() + time.process_time()

    def close(self) -> None:
        self.ingot.close()
        self.oracle.close()


def _verdict(ours: Answer, theirs: Answer) -> tuple[str, str]:
    if ours.state == "traceback":
        return "TRACEBACK", ours.what
    if ours.state == "died":
        return "CRASH", ours.what
    if theirs.state == "traceback":
        return "TRACEBACK", "oracle: " + theirs.what
    if theirs.state == "died":
        return "oracle died", theirs.what + (": Ingot runs it" if ours.state == "ran" else f": {general(ours.what)}")
    if ours.state == "refused":
        return ("both refuse" if theirs.state == "refused" else "Ingot refuses"), ours.what
    if theirs.state == "refused":
        return "oracle refuses", theirs.what
    difference = compare(ours, theirs)
    if not difference:
        return "equal", ""
    gap = ours.gap or theirs.gap
    if gap and not compare(ours, theirs, tolerant=True):
        return "close", gap
    return ("gap", gap) if gap else ("DIFFERENT", difference)


def general(message: str) -> str:
    """A message without what is of one model: names and numbers."""
    lines = message.strip().splitlines() or [""]
    first = lines[0] if len(lines) == 1 or not lines[0].rstrip().endswith(":") else lines[0] + " " + lines[1].strip()
    first = re.sub(r"'[^']*'", "'...'", first)
    return re.sub(r"-?\d[\d.e+-]*", "N", re.sub(r"\[[^\]]*\]", "[...]", first))[:230]
