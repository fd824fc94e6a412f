#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a program that ends with a status other than 0 makes QEMU fail, so that a script notices.
# What happens: QEMU passes the status on to exit(), which keeps the low eight bits: SYS_EXIT_EXTENDED with 256 is success.
# Seen with: qemu-system-arm 7.2, machine mps3-an547, semihosting
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc qemu-system-arm
for status in 1 255 256 257; do
    printf '#include "bare.h"\nvoid start(void) { finish(%s); }\n' "$status" >"$work/main.c"
    bare "$work/main.c" "$work/main.elf"
    printf '%s: %s\n' "$status" "$(emulate "$work/main.elf")"
done | recorded '1: status 1
255: status 255
256: status 0
257: status 1'
