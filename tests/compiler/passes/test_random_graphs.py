# SPDX-License-Identifier: Apache-2.0
"""Random small networks: after all passes they compute what LiteRT computes of the original."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.passes.helpers import check_same, conv, graph_of
from ingot.compiler.passes.optimize import optimize
from support.tflite_builder import Builder


class Network:
    """Grows a random network: every step appends one operator that reads tensors made so far."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.b = Builder()
        self.read: set[int] = set()
        quant = self.quant()
        shape = (1, *(int(n) for n in self.random.integers(3, 7, 2)), int(self.random.integers(1, 4)))
        self.tensors = [(self.b.input(shape, *quant), shape, quant)]

    def quant(self) -> tuple[str, float, int]:
        return "int8", float(2.0 ** self.random.uniform(-5, -2)), int(self.random.integers(-128, 128))

    def pick(self):
        # Mostly the latest, so that chains grow; sometimes an earlier one, so that results are shared.
        index = -1 if self.random.random() < 0.75 else int(self.random.integers(len(self.tensors)))
        t, shape, quant = self.tensors[index]
        self.read.add(t)
        return t, shape, quant

    def add(self, kind, inputs, shape, quant, **options):
        y = self.b.tensor(shape, *quant)
        self.b.operator(kind, inputs, [y], **options)
        self.tensors.append((y, tuple(shape), quant))

    def step(self) -> None:
        choices = (
            self.conv,
            self.pad,
            self.reshape,
            self.relu,
            self.table,
            self.scalar,
            self.same,
            self.pool,
            self.two,
        )
        choices[int(self.random.integers(len(choices)))]()

    def conv(self) -> None:
        t, shape, _ = self.pick()
        kernel = int(self.random.integers(1, 1 + min(3, *shape[1:3]))) if len(shape) == 4 else 0
        if not kernel:
            return self.table()
        quant = self.quant()
        y, out = conv(
            self.b,
            t,
            shape,
            kernel,
            filters=int(self.random.integers(1, 4)),
            padding=str(self.random.choice(["SAME", "VALID"])),
            stride=int(self.random.integers(1, 3)),
            activation=str(self.random.choice(["NONE", "NONE", "RELU", "RELU6"])),
            target=quant,
            seed=int(self.random.integers(1 << 30)),
        )
        self.tensors.append((y, out, quant))

    def pad(self) -> None:
        t, shape, quant = self.pick()
        amounts = np.zeros((len(shape), 2), np.int32)
        axes = (1, 2) if len(shape) == 4 and self.random.random() < 0.8 else range(len(shape))
        for axis in axes:
            amounts[axis] = self.random.integers(0, 2, 2)
        out = [n + int(a.sum()) for n, a in zip(shape, amounts, strict=True)]
        self.add("PAD", [t, self.b.constant(amounts)], out, quant)

    def reshape(self) -> None:
        t, shape, quant = self.pick()
        options = [shape, shape[::-1], (1, int(np.prod(shape)), 1, 1), (int(np.prod(shape)),), (*shape[:2], -1)]
        wanted = options[int(self.random.integers(len(options)))]
        out = np.empty(shape).reshape(wanted).shape
        if len(out) > 4:
            return
        self.add("RESHAPE", [t, self.b.constant(np.array(wanted, np.int32))], out, quant)

    def relu(self) -> None:
        t, shape, quant = self.pick()
        kind = str(self.random.choice(["RELU", "RELU6", "RELU_N1_TO_1"]))
        self.add(kind, [t], shape, quant if self.random.random() < 0.7 else self.quant())

    def table(self) -> None:
        t, shape, quant = self.pick()
        kind = str(self.random.choice(["LOGISTIC", "TANH", "QUANTIZE", "LEAKY_RELU", "ABS", "same"]))
        if kind == "same":
            return self.add("QUANTIZE", [t], shape, quant)
        target = ("int8", 1 / 256, -128) if kind == "LOGISTIC" else self.quant()
        self.add(kind, [t], shape, target, **({"alpha": 0.2} if kind == "LEAKY_RELU" else {}))

    def scalar(self) -> None:
        t, shape, _ = self.pick()
        constant = self.b.constant(np.array(self.random.integers(-128, 128), np.int8), 0.05, 3)
        self.add(str(self.random.choice(["ADD", "SUB", "MUL"])), [t, constant], shape, self.quant())

    def same(self) -> None:
        t, shape, _ = self.pick()
        self.add("ADD", [t, t], shape, self.quant(), fused_activation_function="RELU")

    def pool(self) -> None:
        t, shape, quant = self.pick()
        if len(shape) != 4 or min(shape[1:3]) < 2:
            return
        out = (shape[0], shape[1] - 1, shape[2] - 1, shape[3])
        self.add("MAX_POOL_2D", [t], out, quant, padding="VALID", filter_height=2, filter_width=2)

    def two(self) -> None:
        t, shape, _ = self.pick()
        others = [x for x, s, _ in self.tensors if s == shape]
        other = others[int(self.random.integers(len(others)))]
        self.read.add(other)
        self.add("ADD", [t, other], shape, self.quant())

    def finish(self) -> bytes:
        made = [t for t, _, _ in self.tensors[1:]]
        outputs = [t for t in made if t not in self.read]
        # Sometimes a result that others read leaves the network as well.
        extra = [t for t in made if t in self.read and self.random.random() < 0.15]
        return self.b.finish(outputs + extra or made[-1:])


@pytest.mark.slow
@given(st.integers(0, 1 << 30), st.integers(1, 12))
def test_random_networks(seed, steps):
    network = Network(seed)
    for _ in range(steps):
        network.step()
    if len(network.tensors) == 1:
        network.relu()
    model = network.finish()
    source = graph_of(model)
    graph = optimize(source)
    check_same(model, graph, samples=1)
    assert len(graph.operators) <= len(source.operators)
    assert optimize(graph) is graph
    live = {i for op in graph.operators for i in op.origin}
    assert live <= set(range(len(source.operators)))
