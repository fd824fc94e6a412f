#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: an array without initial values, put in a section of its own, takes no space in the flash image.
# What happens: the section's NAME decides. .bss.NAME and .noinit take none; .bss_NAME and .NAME are filled with zeros in the
# image, which a tensor arena makes 64 KiB larger here, and `size` counts it as data. clang does the same. The linker
# script has to say (NOLOAD) for them.
# Seen with: arm-none-eabi-gcc 12.2.1, clang 14.0.6, binutils 2.40
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc clang
for compiler in arm-none-eabi-gcc "clang --target=arm-none-eabi"; do
    for name in .bss.arena .noinit .bss_arena .arena; do
        echo "__attribute__((section(\"$name\"))) unsigned char arena[65536];" >"$work/arena.c"
        $compiler -mcpu=cortex-m55 -c "$work/arena.c" -o "$work/arena.o"
        arm-none-eabi-ld -Ttext 0 --section-start "$name=0x1000" -e 0 "$work/arena.o" -o "$work/arena.elf" 2>/dev/null
        arm-none-eabi-objcopy -O binary "$work/arena.elf" "$work/arena.bin" 2>/dev/null
        echo "${compiler%% *} $name: $(wc -c <"$work/arena.bin") bytes in the image"
    done
done | recorded 'arm-none-eabi-gcc .bss.arena: 0 bytes in the image
arm-none-eabi-gcc .noinit: 0 bytes in the image
arm-none-eabi-gcc .bss_arena: 65536 bytes in the image
arm-none-eabi-gcc .arena: 65536 bytes in the image
clang .bss.arena: 0 bytes in the image
clang .noinit: 0 bytes in the image
clang .bss_arena: 65536 bytes in the image
clang .arena: 65536 bytes in the image'
