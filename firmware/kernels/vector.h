/* SPDX-License-Identifier: Apache-2.0 */
/* Helium helpers that several kernels share. Empty without Helium. */
#ifndef INGOT_VECTOR_H
#define INGOT_VECTOR_H

#include "ingot_kernel.h"

#if INGOT_MVE

/* ingot_rdbypot() on four lanes; right >= 0. VRSHL rounds ties up, so negative numbers are lowered by one first. */
INGOT_INLINE int32x4_t ingot_rdbypot_x4(int32x4_t x, int32_t right)
{
    int32x4_t fixup = vshrq_n_s32(vandq_s32(x, vdupq_n_s32(-right)), 31);
    return vrshlq_n_s32(vqaddq_s32(x, fixup), -right);
}

/* ingot_requantize() on four lanes. shift is uniform, so the branch costs little. */
INGOT_INLINE int32x4_t ingot_requantize_x4(int32x4_t x, int32_t multiplier, int32_t shift)
{
    if (shift > 0)
        return vqrdmulhq_n_s32(vshlq_r_s32(x, shift), multiplier);
    return ingot_rdbypot_x4(vqrdmulhq_n_s32(x, multiplier), -shift);
}

/* ingot_requantize() on four lanes, each with its own multiplier and shift. */
INGOT_INLINE int32x4_t ingot_requantize_lanes(int32x4_t x, int32x4_t multiplier, int32x4_t shift)
{
    const int32x4_t right = vminq_s32(shift, vdupq_n_s32(0));
    x = vqrdmulhq_s32(vshlq_s32(x, vsubq_s32(shift, right)), multiplier);
    return vrshlq_s32(vqaddq_s32(x, vshrq_n_s32(vandq_s32(x, right), 31)), right);
}

#endif
#endif
