#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a program compiled with -mno-unaligned-access makes none, so that it may copy from device memory.
# What happens: its memcpy() is newlib's, compiled before for the core, and reads words from odd addresses. In memory that is
# slow at most; in device memory (peripherals, Armv8-M's 0xA0000000 to 0xDFFFFFFF, an MPU region of that kind) and with the trap
# of CCR.UNALIGN_TRP, which stands for it here, it is a UsageFault. gcc makes calls of memcpy of assignments, too.
# Seen with: arm-none-eabi-gcc 12.2.1, newlib 3.3.0, qemu-system-arm 7.2
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc qemu-system-arm
cat >"$work/main.c" <<'C'
#include <string.h>
#include "bare.h"

static unsigned char from[64] __attribute__((aligned(8))), to[64] __attribute__((aligned(8)));

void start(void)
{
    volatile unsigned size = 17;
    *(volatile uint32_t *)0xE000ED14 |= 1u << 3; /* CCR.UNALIGN_TRP */
    __asm__ volatile("dsb\n isb");
    memcpy(to, from, size);
    print("from an aligned address: copied\n");
    memcpy(to, from + 1, size);
    print("from an odd address: copied\n");
}
C
bare "$work/main.c" "$work/main.elf" -mno-unaligned-access -lc
emulate "$work/main.elf" | recorded 'from an aligned address: copied
fault
status 0'
