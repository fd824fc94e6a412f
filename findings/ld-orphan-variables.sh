#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a variable with an initial value, in a section that the linker script does not name, is an error, or has it.
# What happens: the linker puts it into RAM behind .data and its value into flash, as with .data. But the end that the start-up
# code copies to, a label in .data, is before it: the variable starts with what the RAM holds. Nothing is said without
# --orphan-handling=warn (or error).
# Seen with: binutils 2.40 (arm-none-eabi), qemu-system-arm 7.2
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc qemu-system-arm
cat >"$work/script.ld" <<'LD'
MEMORY { FLASH : ORIGIN = 0, LENGTH = 512K  RAM : ORIGIN = 0x31000000, LENGTH = 1M }
SECTIONS {
    .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) } >FLASH
    .data : { data_start = .; *(.data*) data_end = .; } >RAM AT>FLASH
    data_values = LOADADDR(.data);
    .bss : { *(.bss*) } >RAM
    stack_top = 0x31008000;
}
LD
cat >"$work/main.c" <<'C'
#include "bare.h"

extern char data_start[], data_end[], data_values[];
volatile int in_data = 5;
__attribute__((section(".fast"))) volatile int in_fast = 5;

void start(void)
{
    for (volatile char *to = data_start, *from = data_values; to < data_end;) {
        *to++ = *from++;
    }
    print(in_data == 5 ? "in .data: 5\n" : "in .data: not 5\n");
    print(in_fast == 5 ? "in .fast: 5\n" : "in .fast: not 5\n");
}
C
arm-none-eabi-gcc -mcpu=cortex-m55 -mfloat-abi=hard -O1 -ffreestanding -nostdlib -I"$here" -Wl,-T"$work/script.ld" \
    -Wl,--build-id=none "$work/main.c" -o "$work/main.elf" 2>&1 | sed 's/^/the linker says: /'
arm-none-eabi-objcopy -O ihex "$work/main.elf" "$work/main.hex"
timeout 60 qemu-system-arm -M mps3-an547 -nographic -semihosting-config enable=on,target=native \
    -device loader,file="$work/main.hex" 2>&1 | recorded 'in .data: 5
in .fast: not 5'
