#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: gcc and clang lay out a struct alike for arm-none-eabi, as both follow Arm's ABI.
# What happens: the ABI leaves the size of enums to the platform: gcc takes one byte, clang four. A table that one compiled
# is read at wrong offsets by the other: 0 for 7 below. GNU ld warns; LLVM's ld.lld links without a word. -fshort-enums,
# or -fno-short-enums, for both.
# Seen with: arm-none-eabi-gcc 12.2.1, clang and ld.lld 14.0.6, qemu-system-arm 7.2
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc clang ld.lld qemu-system-arm
cat >"$work/layer.h" <<'C'
enum kind { CONVOLUTION, POOL };
struct layer { enum kind kind; unsigned char units; };
extern const struct layer layer;
C
cat >"$work/table.c" <<'C'
#include "layer.h"
const struct layer layer = {POOL, 7};
C
cat >"$work/main.c" <<'C'
#include "bare.h"
#include "layer.h"
void start(void) { print(layer.units == 7 ? "7 units\n" : layer.units == 0 ? "0 units\n" : "other\n"); }
C
for table in arm-none-eabi-gcc "clang --target=arm-none-eabi" "clang --target=arm-none-eabi -fshort-enums"; do
    $table -mcpu=cortex-m55 -mfloat-abi=hard -c "$work/table.c" -o "$work/table.o"
    arm-none-eabi-gcc -mcpu=cortex-m55 -mfloat-abi=hard -ffreestanding -I"$here" -c "$work/main.c" -o "$work/main.o"
    said=$(ld.lld -e start -T "$here/bare.ld" "$work/main.o" "$work/table.o" -o "$work/main.elf" 2>&1)
    echo "table by $table: ${said:-linked}, $(emulate "$work/main.elf" | head -n 1)"
done | recorded 'table by arm-none-eabi-gcc: linked, 7 units
table by clang --target=arm-none-eabi: linked, 0 units
table by clang --target=arm-none-eabi -fshort-enums: linked, 7 units'
