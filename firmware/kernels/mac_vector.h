/* Helium: four accumulators (the channels of a quad) to four int8 outputs. Empty without Helium. */
#ifndef INGOT_MAC_VECTOR_H
#define INGOT_MAC_VECTOR_H

#include "mac_params.h"

#if INGOT_MVE

/* ingot_requantize() with a multiplier and shift a lane, where every shift is negative (INGOT_MAC_RIGHT_SHIFTS):
 * VRSHL rounds ties up, so negative numbers are lowered by one first. */
INGOT_INLINE int32x4_t ingot_requantize_right(int32x4_t x, int32x4_t multiplier, int32x4_t shift)
{
    x = vqrdmulhq_s32(x, multiplier);
    return vrshlq_s32(vaddq_s32(x, vshrq_n_s32(x, 31)), shift);
}

/* The same for any shifts. */
INGOT_INLINE int32x4_t ingot_requantize_any(int32x4_t x, int32x4_t multiplier, int32x4_t shift)
{
    const int32x4_t zero = vdupq_n_s32(0);
    const int32x4_t right = vminq_s32(shift, zero);
    x = vqrdmulhq_s32(vshlq_s32(x, vmaxq_s32(shift, zero)), multiplier);
    return vrshlq_s32(vqaddq_s32(x, vshrq_n_s32(vandq_s32(x, right), 31)), right);
}

/* Adds the zero point, clamps and stores the low bytes of four lanes. */
INGOT_INLINE void ingot_store_quad(int8_t *to, int32x4_t x, const ingot_mac_params *p)
{
    x = vaddq_n_s32(x, p->out_zero);
    x = vminq_s32(vmaxq_s32(x, vdupq_n_s32(p->low)), vdupq_n_s32(p->high));
    vstrbq_s32(to, x);
}

#endif
#endif
