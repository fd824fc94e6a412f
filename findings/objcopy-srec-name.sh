#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: two S-record files made of the same ELF file by the same objcopy are the same bytes.
# What happens: the first record, S0, holds the path of the output as it was written on the command line. The same firmware
# has another checksum in another folder, or under another name. Intel HEX files and binaries hold no name.
# Seen with: binutils 2.40 (arm-none-eabi)
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-objcopy
cd "$work"
mkdir one two
printf 'void start(void) {}\n' >main.c
arm-none-eabi-gcc -mcpu=cortex-m55 -nostdlib -Wl,-Ttext=0,-estart main.c -o main.elf
for format in srec ihex binary; do
    for folder in one two; do
        arm-none-eabi-objcopy -O "$format" main.elf "$folder/firmware.$format"
    done
    if cmp -s "one/firmware.$format" "two/firmware.$format"; then echo "$format: same"; else echo "$format: differ"; fi
done >seen
for folder in one two; do
    head -n 1 "$folder/firmware.srec" | tr -d '\r' >>seen
done
recorded 'srec: differ
ihex: same
binary: same
S01400006F6E652F6669726D776172652E7372656342
S014000074776F2F6669726D776172652E737265632A' <seen
