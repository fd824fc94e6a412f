#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: an emulated Cortex-M55 faults where the core does, so that a test in QEMU finds a misaligned vector.
# What happens: a Helium load of 32-bit elements from an odd address passes in QEMU. On the core it is a UsageFault (Armv8-M
# Architecture Reference Manual: vector accesses are aligned to their elements). LDRD from there faults in QEMU, too.
# Seen with: qemu-system-arm 7.2, machine mps3-an547
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc qemu-system-arm
cat >"$work/main.c" <<'C'
#include "bare.h"

static uint8_t bytes[64] __attribute__((aligned(16)));

void start(void)
{
    __asm__ volatile("vldrw.u32 q0, [%0]" : : "r"(bytes + 1) : "memory");
    print("vldrw.u32 from an odd address: no fault\n");
    __asm__ volatile("ldrd r2, r3, [%0]" : : "r"(bytes + 1) : "r2", "r3", "memory");
    print("ldrd from an odd address: no fault\n");
}
C
bare "$work/main.c" "$work/main.elf"
emulate "$work/main.elf" | recorded 'vldrw.u32 from an odd address: no fault
fault
status 0'
