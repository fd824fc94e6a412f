#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: a label in front of .data, as many start-up codes have it, is where .data's initial values lie in flash.
# What happens: it is, until something comes between. An aligned label (. = ALIGN(4);) moves the label and not the values, if
# the section before ends at an odd address; a section that the script does not name is put after the label. The
# program starts with other numbers in its variables, and nothing warns. LOADADDR(.data) is right in all three.
# Seen with: binutils 2.40 (arm-none-eabi)
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc arm-none-eabi-ld
cd "$work"
script() {
    cat <<LD
MEMORY { FLASH : ORIGIN = 0x08000000, LENGTH = 1M  RAM : ORIGIN = 0x20000000, LENGTH = 1M }
SECTIONS {
    .text : { *(.text*) *(.rodata*) } >FLASH
    $1
    .data : { *(.data*) } >RAM AT>FLASH
    right = LOADADDR(.data);
}
LD
}
link() {
    echo "$3" | arm-none-eabi-gcc -mcpu=cortex-m55 -Os -c -x c - -o main.o
    script "$2" >script.ld
    arm-none-eabi-ld -e 0 -T script.ld main.o -o main.elf 2>/dev/null
    address() { echo "0x$(arm-none-eabi-nm main.elf | sed -n "s/ . $1\$//p")"; }
    echo "$1: the values are $(($(address right) - $(address label))) bytes behind the label"
}
code='int variable = 5; const char name[6] = "layer";'
{
    link "label" "label = .;" "$code"
    link "aligned label" ". = ALIGN(4); label = .;" "$code"
    link "a section of its own" "label = .;" "$code __attribute__((section(\".weights\"))) const int weights[4] = {1};"
} | recorded 'label: the values are 0 bytes behind the label
aligned label: the values are -2 bytes behind the label
a section of its own: the values are 18 bytes behind the label'
