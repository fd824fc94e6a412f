#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a section that is not loaded (a note of the build, a model's hash) can be added to a firmware's ELF file, and
# what is loaded stays where it was.
# What happens: LIEF puts the new bytes where .bss has its place in the file, and adds their size to the ADDRESS of .bss, too:
# its header then says 0x31000009, symbols and program headers still mean 0x31000004. What reads sections (size, a memory
# map, a check for overlaps) is told another memory. objcopy --add-section leaves .bss alone.
# Seen with: lief 1.0.0, binutils 2.40 (arm-none-eabi)
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc
packages lief==1.0.0
cd "$work"
cat >main.ld <<'LD'
SECTIONS { .text 0 : { *(.text*) } .data 0x31000000 : { *(.data*) } .bss (NOLOAD) : { *(.bss*) } }
LD
cat >main.c <<'C'
volatile int value = 5;
volatile int zeros[100];
void start(void) { zeros[0] = value; }
C
arm-none-eabi-gcc -mcpu=cortex-m55 -nostdlib -Wl,-Tmain.ld,-estart main.c -o main.elf
printf 'hello' >note
arm-none-eabi-objcopy --add-section .build=note main.elf objcopy.elf
python - <<'PY'
import lief

firmware = lief.ELF.parse("main.elf")
section = lief.ELF.Section(".build")
section.content = list(b"hello")
firmware.add(section, loaded=False)
firmware.write("lief.elf")
PY
for name in main objcopy lief; do
    printf '%s: ' "$name"
    arm-none-eabi-readelf -SW "$name.elf" | awk '{ sub(/\[ */, "["); if ($2 == ".bss") printf ".bss at %s, ", $4 }'
    arm-none-eabi-nm "$name.elf" | awk '$3 == "zeros" { print "zeros at " $1 }'
done | recorded 'main: .bss at 31000004, zeros at 31000004
objcopy: .bss at 31000004, zeros at 31000004
lief: .bss at 31000009, zeros at 31000004'
