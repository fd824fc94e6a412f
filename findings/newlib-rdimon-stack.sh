#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a program linked with --specs=rdimon.specs has its stack where the linker script's __stack says.
# What happens: newlib's crt0 for semihosting asks the debugger (SYS_HEAPINFO) and takes that answer. QEMU's is the end of the
# memory that holds the program's start, here 512 KiB of ITCM: the stack is there, the heap's limit is below the heap, and
# malloc() returns NULL from the first call on, although RAM of the script is free.
# Seen with: newlib 3.3.0, qemu-system-arm 7.2, machine mps3-an547
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc qemu-system-arm
cat >"$work/script.ld" <<'LD'
SECTIONS {
    .text 0 : { KEEP(*(.vectors)) *(.text*) *(.rodata*) *(.init) *(.fini) *(.init_array*) *(.fini_array*) *(.eh_frame*) }
    .ARM.exidx : { *(.ARM.exidx*) }
    .data 0x21000000 : { *(.data*) }
    .bss : { __bss_start__ = .; *(.bss*) *(COMMON) __bss_end__ = .; }
    end = .;
    __end__ = .;
    __stack = 0x21080000;
}
LD
cat >"$work/main.c" <<'C'
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern char __stack[];
void _start(void);

static void reset(void)
{
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20; /* CPACR: FPU */
    _start();
}

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {__stack, (void *)reset};

int main(void)
{
    uintptr_t stack;
    __asm__ volatile("mov %0, sp" : "=r"(stack));
    stack = (stack + 0xFFFF) & ~(uintptr_t)0xFFFF;
    printf("__stack is 0x%08lx, the stack is below 0x%08lx\n", (unsigned long)__stack, (unsigned long)stack);
    printf("malloc(1000) %s\n", malloc(1000) ? "gives memory" : "is NULL");
    return 0;
}
C
arm-none-eabi-gcc -mcpu=cortex-m55 -mfloat-abi=hard --specs=rdimon.specs -T "$work/script.ld" "$work/main.c" -o "$work/main.elf"
emulate "$work/main.elf" | recorded '__stack is 0x21080000, the stack is below 0x00080000
malloc(1000) is NULL
status 0'
