#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: what a program prints through semihosting is on QEMU's standard output.
# What happens: newlib's printf() opens ":tt", which is standard output; SYS_WRITE0 and SYS_WRITEC, which small start-up codes
# and fault handlers use, go to standard error. A script that keeps standard output alone loses the message of the fault.
# -semihosting-config chardev=NAME brings both together.
# Seen with: qemu-system-arm 7.2, machine mps3-an547
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc qemu-system-arm
cat >"$work/main.c" <<'C'
#include "bare.h"

void start(void)
{
    const uint32_t open[3] = {(uint32_t) ":tt", 4, 3};
    const uint32_t write[3] = {(uint32_t)semihosting(0x01, open), (uint32_t) "SYS_WRITE to :tt\n", 17};
    semihosting(0x05, write);
    semihosting(0x04, "SYS_WRITE0\n");
    semihosting(0x03, "c");
    semihosting(0x03, "\n");
}
C
bare "$work/main.c" "$work/main.elf"
run() {
    timeout 60 qemu-system-arm -M mps3-an547 -display none -monitor none -serial none -kernel "$work/main.elf" "$@"
}
{
    run -semihosting-config enable=on,target=native 2>/dev/null | sed 's/^/standard output: /'
    run -semihosting-config enable=on,target=native 2>&1 >/dev/null | sed 's/^/standard error: /'
    run -chardev stdio,id=both -semihosting-config enable=on,target=native,chardev=both 2>/dev/null | sed 's/^/with chardev: /'
} | recorded 'standard output: SYS_WRITE to :tt
standard error: SYS_WRITE0
standard error: c
with chardev: SYS_WRITE to :tt
with chardev: SYS_WRITE0
with chardev: c'
