#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: the cycle counter DWT->CYCCNT counts in QEMU too, if not well, or reading it faults.
# What happens: its registers read 0 and take writes without a word: a benchmark reports 0 cycles and a wait of so many cycles
# never ends. The firmware sees neither an error nor a fault.
# Seen with: qemu-system-arm 7.2, machine mps3-an547
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc qemu-system-arm
cat >"$work/main.c" <<'C'
#include "bare.h"
#define REGISTER(address) (*(volatile uint32_t *)(address))

void start(void)
{
    REGISTER(0xE000EDFC) |= 1u << 24; /* DEMCR.TRCENA */
    REGISTER(0xE0001000) |= 1u;       /* DWT_CTRL.CYCCNTENA */
    REGISTER(0xE0001004) = 1000;      /* DWT_CYCCNT */
    for (volatile int i = 0; i < 100000; i++) {
    }
    print(REGISTER(0xE0001000) & 1u ? "CYCCNTENA reads 1\n" : "CYCCNTENA reads 0\n");
    print(REGISTER(0xE0001004) ? "CYCCNT counts\n" : "CYCCNT reads 0\n");
}
C
bare "$work/main.c" "$work/main.elf"
emulate "$work/main.elf" | recorded 'CYCCNTENA reads 0
CYCCNT reads 0
status 0'
