# SPDX-License-Identifier: Apache-2.0
"""Random small networks in which CONCATENATION and PACK join all sorts of tensors, most of them of one scale."""

from __future__ import annotations

import numpy as np

from support.random_model import _Maker

QUANT = (0.11, -3)


class _Joiner(_Maker):
    """Joins what has one scale: along rows, as flat tensors, as vectors; constants, inputs, results of joins and one
    tensor twice among them."""

    def quantization(self) -> tuple[float, int]:
        return QUANT if self.rng.integers(6) else super().quantization()

    def step(self) -> None:
        recent = self.made[-5:]
        source = recent[int(self.rng.integers(len(recent)))]
        choices = [self.convolution, self.depthwise, self.clamp, self.logistic, self.residual_of_itself, self.reshaped]
        choices += [
            self.heads,
            self.flat,
            self.flat,
            self.rows,
            self.rows,
            self.vectors,
            self.pack,
            self.cut,
            self.split,
        ]
        if any(t[1] == source[1] and t is not source for t in self.made):
            choices += [self.residual, self.residual]
        self.rng.choice(np.array(choices, dtype=object))(source)

    def heads(self, source) -> None:
        if any(t[1][3] == source[1][3] and t is not source for t in self.made):
            super().heads(source)

    def clamp(self, source) -> None:
        """Works in place."""
        self.add("RELU", [source[0]], source[1], (source[2], source[3]))

    def residual_of_itself(self, source) -> None:
        self.add("ADD", [source[0], source[0]], source[1], self.quantization())

    def cut(self, source) -> None:
        """Some rows, of an image or of its pixels as one flat tensor."""
        tensor, (_, h, w, c), *quant = source
        flat = self.rng.integers(3) == 0
        total = h * w if flat else h
        begin = int(self.rng.integers(total))
        count = int(self.rng.integers(1, total - begin + 1))
        rest = (c,) if flat else (w, c)
        if flat:
            (tensor,) = self._flattened([(tensor, source[1])], quant, lambda s: (1, total, c))
        arguments = [
            self.builder.constant(np.array(v, np.int32)) for v in ((0, begin, *[0] * len(rest)), (1, count, *rest))
        ]
        result = self.builder.tensor((1, count, *rest), "int8", *quant)
        self.builder.operator("SLICE", [tensor, *arguments], [result])
        shape = (1, count, 1, c) if flat else (1, count, w, c)
        self.view(result, shape, (quant[0], quant[1]))

    def split(self, source) -> None:
        """Halves, one below the other or one behind the other in a batch."""
        tensor, (_, h, w, c), *quant = source
        if h % 2:
            return
        shape = (1, h // 2, w, c)
        halves = [self.builder.tensor(shape, "int8", *quant) for _ in range(2)]
        if self.rng.integers(2):
            axis = self.builder.constant(np.array(1, np.int32))
            self.builder.operator("SPLIT", [axis, tensor], halves, num_splits=2)
        else:
            (batch,) = self._flattened([(tensor, source[1])], quant, lambda s: (2, *shape))
            self.builder.operator("UNPACK", [batch], halves, num=2, axis=0)
        self.made += [(half, shape, *quant) for half in halves]

    def _parts(self, source, alike) -> list[tuple[int, tuple[int, ...]]]:
        """Tensors of the scale of `source` that are alike but for the rows: id and shape."""
        quant = source[2:]
        found = [t for t in self.made if t[2:] == quant and alike(t[1], source[1])]
        parts = []
        for _ in range(self.pick(2, 2, 3, 4)):
            if not self.rng.integers(6):
                shape = (1, self.pick(1, 2, 3), *source[1][2:])
                values = self.rng.integers(-128, 128, shape).astype(np.int8)
                parts.append((self.builder.constant(values, *quant), shape))
            else:
                tensor, shape, *_ = found[int(self.rng.integers(len(found)))]
                parts.append((tensor, shape))
        tensor, shape, *_ = source
        parts[int(self.rng.integers(len(parts)))] = (tensor, shape)
        return parts

    def rows(self, source) -> None:
        """Images of one width, one below the other."""
        parts = self._parts(source, lambda a, b: a[2:] == b[2:])
        height = sum(shape[1] for _, shape in parts)
        if height <= 80:
            shape = (1, height, *source[1][2:])
            self.add("CONCATENATION", [t for t, _ in parts], shape, source[2:], axis=1)

    def _flattened(self, parts, quant, shape_of) -> list[int]:
        flat = []
        for tensor, shape in parts:
            target = shape_of(shape)
            flat.append(self.builder.tensor(target, "int8", *quant))
            inputs = [tensor, self.builder.constant(np.array(target, np.int32))]
            self.builder.operator("RESHAPE", inputs, flat[-1:])
        return flat

    def _joined(self, parts, source, shape_of, axis: int, shape: tuple[int, ...]) -> None:
        """The parts as tensors of another shape, joined; an image again by a view."""
        flat = self._flattened(parts, source[2:], shape_of)
        joined = self.builder.tensor(shape, "int8", *source[2:])
        self.builder.operator("CONCATENATION", flat, [joined], axis=axis)
        pixels, channels = int(np.prod(shape)) // source[1][3], source[1][3]
        rows = self.pick(*(k for k in range(1, pixels + 1) if pixels % k == 0))
        self.view(joined, (1, rows, pixels // rows, channels), source[2:])

    def flat(self, source) -> None:
        parts = self._parts(source, lambda a, b: a[3] == b[3])
        pixels = sum(shape[1] * shape[2] for _, shape in parts)
        if pixels <= 900:
            channels = source[1][3]
            shape = (1, pixels, channels)
            self._joined(parts, source, lambda s: (1, s[1] * s[2], channels), 1, shape)

    def vectors(self, source) -> None:
        parts = self._parts(source, lambda a, b: a[3] == b[3])
        numbers = sum(int(np.prod(shape)) for _, shape in parts)
        if numbers <= 4000:
            self._joined(parts, source, lambda s: (1, int(np.prod(s))), 1, (1, numbers))

    def pack(self, source) -> None:
        parts = self._parts(source, lambda a, b: a == b)
        parts = [part for part in parts if part[1] == source[1]]
        shape = (len(parts), *source[1])
        joined = self.builder.tensor(shape, "int8", *source[2:])
        inputs = [tensor for tensor, _ in parts]
        self.builder.operator("PACK", inputs, [joined], axis=0, values_count=len(parts))
        self.view(joined, (1, len(parts) * source[1][1], *source[1][2:]), source[2:])


def random_joins(seed: int, steps: int = 9) -> bytes:
    """A network of about `steps` operators; its outputs are all tensors that nothing reads, and sometimes one that is
    read."""
    maker = _Joiner(seed)
    for _ in range(maker.pick(1, 1, 2)):
        shape = (1, maker.pick(3, 5, 8), maker.pick(4, 7), maker.pick(1, 3, 8))
        maker.made.append((maker.builder.input(shape, "int8", *QUANT), shape, *QUANT))
    first = len(maker.made)
    while len(maker.made) <= steps + first:
        maker.step()
    used = {t for op in maker.builder._operators for t in op.inputs}
    outputs = [t for t, *_ in maker.made[first:] if t not in used]
    if maker.rng.integers(3) == 0:
        outputs += [t for t, *_ in maker.made[first:] if t in used][:1]
    return maker.builder.finish(outputs)
