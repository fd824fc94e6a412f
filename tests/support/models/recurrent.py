# SPDX-License-Identifier: Apache-2.0
"""Operators with a state that lasts from one inference to the next."""

from __future__ import annotations

from support.models.draw import Draw, numbers
from support.tflite_builder import Builder


def lstm(d: Draw, builder: Builder | None = None) -> bytes:
    """UNIDIRECTIONAL_SEQUENCE_LSTM of int8, with and without coupled gates, cell clipping, time first."""
    b = builder or Builder()
    batches, steps, inputs, cells = (d.integer(1, n) for n in (2, 5, 40, 40))
    coupled, time_major = d.integer(0, 3) == 0, bool(d.integer(0, 1))
    lead = (steps, batches) if time_major else (batches, steps)
    source = (d.real(0.005, 0.05), d.integer(-128, 127))
    hidden = (1 / 128, d.choice([0, d.integer(-20, 20)]))
    x = b.input((*lead, inputs), "int8", *source)

    def weights(columns: int, gate: int) -> int | None:
        if coupled and gate == 0:
            return None
        return b.constant(numbers(d, (cells, columns), "int8"), d.real(0.001, 0.02))

    from_input = [weights(inputs, g) for g in range(4)]
    from_state = [weights(cells, g) for g in range(4)]
    biases = [
        None if coupled and g == 0 else b.constant(numbers(d, (cells,), "int32"), source[0] * 0.01) for g in range(4)
    ]
    output_state = b.tensor((batches, cells), "int8", *hidden, is_variable=True)
    cell_scale = 2.0 ** d.choice([-11, -12, -10, -15, -9, -13, -14])
    cell_state = b.tensor((batches, cells), "int16", cell_scale, is_variable=True)
    out = b.tensor((*lead, cells), "int8", *hidden)
    gates = [b.tensor((), "int16", 2.0**-12) for _ in range(4)]
    inner = [*gates, b.tensor((), "int8", *hidden)]
    b.operator(
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        [x, *from_input, *from_state, *[None] * 3, *biases, None, None, output_state, cell_state, *[None] * 4],
        [out],
        intermediates=inner,
        fused_activation_function="TANH",
        cell_clip=d.choice([0.0, 0.5]),
        time_major=time_major,
    )
    return b.finish([out])


def svdf(d: Draw, builder: Builder | None = None) -> bytes:
    """SVDF of int8 with an int16 state."""
    b = builder or Builder()
    batches, inputs, units, rank, memory = (d.integer(1, n) for n in (2, 40, 12, 3, 20))
    x = b.input((batches, inputs), "int8", d.real(0.01, 0.1), d.integer(-128, 127))
    features = b.constant(numbers(d, (units * rank, inputs), "int8"), d.real(0.005, 0.05))
    time = b.constant(numbers(d, (units * rank, memory), "int16") // 64, d.real(1e-4, 1e-3))
    bias = b.constant(numbers(d, (units,), "int32"), 1e-6) if d.integer(0, 1) else None
    state = b.tensor((batches, memory * units * rank), "int16", d.real(1e-3, 1e-2), is_variable=True)
    out = b.tensor((batches, units), "int8", d.real(0.01, 0.2), d.integer(-128, 127))
    b.operator("SVDF", [x, features, time, bias, state], [out], rank=rank, fused_activation_function="RELU")
    return b.finish([out])
