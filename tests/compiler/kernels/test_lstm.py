# SPDX-License-Identifier: Apache-2.0
"""UNIDIRECTIONAL_SEQUENCE_LSTM: its states go on from one inference to the next, and start again after a reset."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ingot.device.run import qemu
from support.firmware import link, needs_gcc, needs_qemu
from support.models import recurrent
from support.models.trials import for_each
from support.sequence import check_reset, check_sequence

EVERY_NUMBER = """
#include "fixed16.h"
#include "ingot_runtime.h"
#include "squash16_mve.h"

/* Kind 0 is LOGISTIC, kind n TANH of numbers with n - 1 bits before the point; lanes have two kinds in turn. */
static void set(ingot_squash *lanes, unsigned lane, int kind)
{
    lanes->bits[lane] = (int16_t)(kind ? kind : 3);
    lanes->places[lane] = (int16_t)(lanes->bits[lane] - 3);
    lanes->start[lane] = (int16_t)(kind ? 1 << 13 : 0);
    lanes->left[lane] = (int16_t)(kind ? 2 : 1);
    lanes->top[lane] = (int16_t)(kind ? 0 : INT16_MAX);
}

int main(void)
{
    ingot_squash lanes;
    int16_t values[16];
    for (int kind = 0; kind <= 4; kind++) {
        for (unsigned lane = 0; lane < 8; lane++)
            set(&lanes, lane, lane % 2 ? kind : (kind + 1) % 5);
        for (int32_t x = INT16_MIN; x <= INT16_MAX; x += 8) {
            for (unsigned i = 0; i < 16; i++)
                values[i] = (int16_t)(x + (int32_t)(i / 2));
            ingot_squash16(values, &lanes, 2);
            for (unsigned i = 0; i < 16; i++) {
                const int16_t one = (int16_t)(x + (int32_t)(i / 2));
                const int of = i % 2 ? kind : (kind + 1) % 5;
                if (values[i] != (of ? ingot_tanh16(one, of - 1) : ingot_logistic16(one))) {
                    ingot_print("differs\\n");
                    return 1;
                }
            }
        }
    }
    ingot_print("equal\\n");
    return 0;
}
"""


NEW_STATES = """
#pragma GCC diagnostic ignored "-Wunused-function"
#include "fixed16.h"
#include "ingot_runtime.h"
#include "lstm_mve.h"

static uint32_t seed = 1;

static int32_t random_bits(unsigned bits)
{
    seed = seed * 1664525 + 1013904223;
    return (int32_t)(seed >> (32 - bits));
}

/* Ends and powers of two as often as other numbers: products of these are ties. */
static int16_t number(void)
{
    static const int16_t ends[] = {INT16_MIN, INT16_MIN + 1, -1, 0, 1, INT16_MAX - 1, INT16_MAX};
    const int32_t kind = random_bits(2);
    if (kind == 0)
        return ends[random_bits(8) % 7];
    const int32_t some = kind == 1 ? 1 << random_bits(4) % 15 : random_bits(15);
    return (int16_t)(random_bits(1) ? -some : some);
}

static int16_t size(void)
{
    const int16_t some = number();
    return some < 0 ? (int16_t)~some : some;
}

int main(void)
{
    for (unsigned round = 0; round < 4000; round++) {
        int16_t gates[32], old[32], state[8], before[8], squashed[8];
        const numbers p = {
            .clip = random_bits(2) ? 0 : size(),
            .coupled = random_bits(1),
            .state_right = -15 - (int32_t)(round % 7),
            .state_left = (int32_t)(round % 4),
            .count = 7,
        };
        for (unsigned i = 0; i < 32; i++)
            gates[i] = i % 4 == 2 ? ingot_negative16(size()) : size();
        for (unsigned i = 2; i < 32; i += 8)
            gates[i] = size();
        for (unsigned i = 0; i < 8; i++)
            state[i] = number();
        memcpy(old, gates, sizeof old);
        memcpy(before, state, sizeof before);
        lstm_new_states(&p, gates, state, squashed);
        for (unsigned i = 0; i < 8; i++) {
            const int16_t *gate = old + 4 * i;
            const int16_t input = p.coupled ? (int16_t)(INT16_MAX - gate[1]) : gate[0];
            int16_t new = ingot_saturate16(ingot_product16(gate[1], before[i], 15) +
                                           ingot_product16(input, gate[2], -p.state_right));
            if (p.clip > 0)
                new = ingot_clamp16(new, -p.clip, p.clip);
            if (state[i] != (i < 7 ? new : before[i]) || gates[i] != gate[3] ||
                (i < 7 && squashed[i] != ingot_saturate16(new * (1 << p.state_left)))) {
                ingot_print("differs\\n");
                return 1;
            }
        }
    }
    ingot_print("equal\\n");
    return 0;
}
"""


@pytest.mark.slow
@pytest.mark.emulated
@needs_gcc
@needs_qemu
def test_functions_of_gates(tmp_path: Path) -> None:
    """With Helium, LOGISTIC and TANH of every number are what they are of one at a time."""
    main = tmp_path / "main.c"
    main.write_text(EVERY_NUMBER)
    assert "equal" in qemu.run(link(tmp_path, [main]), [], machine="mps3-an547").lines


@pytest.mark.slow
@pytest.mark.emulated
@needs_gcc
@needs_qemu
def test_new_states(tmp_path: Path) -> None:
    """With Helium, new cell states are what they are of one at a time, ties and the lowest state among them."""
    main = tmp_path / "main.c"
    main.write_text(NEW_STATES)
    assert "equal" in qemu.run(link(tmp_path, [main]), [], machine="mps3-an547").lines


@pytest.mark.slow
@for_each(recurrent.lstm)
def test_lstm(model: bytes) -> None:
    """Every output of several inferences is equal to LiteRT's."""
    check_sequence(model)


@pytest.mark.slow
@for_each(recurrent.lstm, examples=4)
def test_reset_of_generated_code(model: bytes) -> None:
    """ingot_reset_state_<name>() begins a new sequence, as LiteRT's reset does."""
    with TemporaryDirectory() as folder:
        check_reset(model, Path(folder))
