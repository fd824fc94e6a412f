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
