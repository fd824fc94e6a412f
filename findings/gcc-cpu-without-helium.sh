#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One would guess: -mcpu=cortex-m55 gives code for the core's vector unit, -mcpu=cortex-m7 for its FPU.
# What happens: the default float ABI is soft, which switches both off: no __ARM_FEATURE_MVE, floats by calls of
# functions, no warning. Kernels that choose by these macros take their slow branch. clang does the same.
# -mfloat-abi=hard (or softfp) brings them back.
# Seen with: arm-none-eabi-gcc 12.2.1, clang 14.0.6
set -eu
. "$(dirname "$0")/common"
programs arm-none-eabi-gcc clang
cat >"$work/code.c" <<'C'
float half(float x) { return x * 0.5f; }
int helium(void)
{
#ifdef __ARM_FEATURE_MVE
    return 1;
#else
    return 0;
#endif
}
C
for compiler in arm-none-eabi-gcc "clang --target=arm-none-eabi"; do
    for abi in "" " -mfloat-abi=hard"; do
        $compiler -mcpu=cortex-m55$abi -O3 -S "$work/code.c" -o "$work/code.s"
        macro=$(sed -n '/^helium:/,/bx/s/.*mov.*#\([01]\)$/\1/p' "$work/code.s")
        product=$(grep -o -m 1 'vmul.f32\|__aeabi_fmul' "$work/code.s")
        echo "${compiler%% *} -mcpu=cortex-m55$abi: MVE $macro, x * 0.5f is $product"
    done
done | recorded 'arm-none-eabi-gcc -mcpu=cortex-m55: MVE 0, x * 0.5f is __aeabi_fmul
arm-none-eabi-gcc -mcpu=cortex-m55 -mfloat-abi=hard: MVE 1, x * 0.5f is vmul.f32
clang -mcpu=cortex-m55: MVE 0, x * 0.5f is __aeabi_fmul
clang -mcpu=cortex-m55 -mfloat-abi=hard: MVE 1, x * 0.5f is vmul.f32'
