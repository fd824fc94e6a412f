#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: objdump -d of a file compiled for the Cortex-M55 prints the instructions that the assembler was given.
# What happens: vector loads, stores and multiplications come out as the coprocessor's ldc, stc and cdp, although the file's
# attributes name MVE. With -m armv8.1-m.main they are right. A search for vector instructions finds too few without it.
# Seen with: binutils 2.40 (arm-none-eabi)
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc arm-none-eabi-objdump
cat >"$work/loop.s" <<'ASM'
    .syntax unified
    .thumb
    vldrw.u32 q0, [r0]
    vmlav.s8 r2, q0, q1
    vstrw.32 q0, [r0]
ASM
arm-none-eabi-gcc -mcpu=cortex-m55 -c "$work/loop.s" -o "$work/loop.o"
mnemonics() { arm-none-eabi-objdump -d "$@" "$work/loop.o" | awk -F'\t' '/^ +[0-9a-f]+:/ {printf "%s ", $3}'; }
{
    arm-none-eabi-readelf -A "$work/loop.o" | sed -n 's/^ *\(Tag_MVE_arch\)/\1/p'
    echo "-d: $(mnemonics)"
    echo "-d -m armv8.1-m.main: $(mnemonics -m armv8.1-m.main)"
} | recorded 'Tag_MVE_arch: MVE Integer only
-d: ldc cdp stc 
-d -m armv8.1-m.main: vldrw.u32 vmlav.s8 vstrw.32 '
