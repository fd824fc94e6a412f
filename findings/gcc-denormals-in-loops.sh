#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: each element of y[i] = x[i] * 0.5f is computed alike, whatever its place in the array.
# What happens: gcc -O3 turns the loop into Helium instructions, which flush denormals to zero, and a scalar tail, which
# keeps them: of seven equal elements the first four become 0, the last three do not. No -ffast-math is given.
# Seen with: arm-none-eabi-gcc 12.2.1, qemu-system-arm 7.2
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc qemu-system-arm
cat >"$work/main.c" <<'C'
#include "bare.h"

__attribute__((noinline)) static void halve(float *restrict y, const float *restrict x, int count)
{
    for (int i = 0; i < count; i++) {
        y[i] = x[i] * 0.5f;
    }
}

void start(void)
{
    union { uint32_t bits[7]; float number[7]; } x, y;
    for (int i = 0; i < 7; i++) {
        x.bits[i] = 0x00400000; /* 5.9e-39 */
    }
    halve(y.number, x.number, 7);
    for (int i = 0; i < 7; i++) {
        print(y.bits[i] == 0 ? "0\n" : y.bits[i] == 0x00200000 ? "half\n" : "another number\n");
    }
}
C
bare "$work/main.c" "$work/main.elf"
emulate "$work/main.elf" | recorded '0
0
0
0
half
half
half
status 0'
