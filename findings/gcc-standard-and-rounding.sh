#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: -std=c11 and -std=gnu11 differ in extensions, not in the numbers that a float kernel computes.
# What happens: without -ffast-math, gnu11, the default, fuses a product and a sum of two statements into VFMA, which rounds
# once; c11 does not. The last bit changes with the flag; a product less its own rounded value is 0 or its rounding error. clang
# fuses within a statement only. -ffp-contract=off makes all alike.
# Seen with: arm-none-eabi-gcc 12.2.1, qemu-system-arm 7.2
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc qemu-system-arm
cat >"$work/main.c" <<'C'
#include "bare.h"

__attribute__((noinline)) static float error_of_product(float a, float b, float rounded)
{
    float product = a * b;
    return product - rounded;
}

void start(void)
{
    volatile float third = 1.0f / 3.0f, ten = 10.0f;
    volatile float rounded = third * ten;
    print(error_of_product(third, ten, rounded) == 0.0f ? "0\n" : "not 0\n");
}
C
for flags in -std=gnu11 -std=c11 "-std=gnu11 -ffp-contract=off"; do
    # shellcheck disable=SC2086
    bare "$work/main.c" "$work/main.elf" $flags
    echo "$flags: $(emulate "$work/main.elf" | head -n 1)"
done | recorded '-std=gnu11: not 0
-std=c11: 0
-std=gnu11 -ffp-contract=off: 0'
