#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a model file made an object by `objcopy -I binary` or `ld -r -b binary` is aligned constant data.
# What happens: its section is .data with an alignment of 1: the model lands at whatever address the variables before it end
# at, here an odd one, where flatbuffers' 32-bit fields and vector loads must not be, and it is copied to RAM at start.
# --set-section-alignment .data=16 and --rename-section .data=.rodata say otherwise.
# Seen with: binutils 2.40 (arm-none-eabi)
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc arm-none-eabi-objcopy
cd "$work"
head -c 1000 /dev/zero >model.tflite
echo 'char flags[3] = {1, 2, 3}; int main(void) { return flags[0]; }' >main.c
from_binary="-I binary -O elf32-littlearm -B arm"
moved="--set-section-alignment .data=16 --rename-section .data=.rodata,alloc,load,readonly,data,contents"
# shellcheck disable=SC2086
{
    arm-none-eabi-objcopy $from_binary model.tflite objcopy.o
    arm-none-eabi-ld -r -b binary model.tflite -o ld.o
    arm-none-eabi-objcopy $from_binary $moved model.tflite options.o
}
for object in objcopy ld options; do
    arm-none-eabi-gcc -mcpu=cortex-m55 -nostdlib -Wl,-e,main,-Tdata=0x20000000 main.c $object.o -o $object.elf 2>/dev/null
    address=$(arm-none-eabi-nm $object.elf | sed -n 's/ [DRT] _binary_model_tflite_start//p')
    echo "$object: in $(arm-none-eabi-objdump -h $object.o | awk '$3 == "000003e8" {print $2}'), mod 16 $((0x$address % 16))"
done | recorded 'objcopy: in .data, mod 16 3
ld: in .data, mod 16 3
options: in .rodata, mod 16 0'
