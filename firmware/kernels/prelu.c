/* SPDX-License-Identifier: Apache-2.0 */
#include "prelu.h"

#include "requantize_dsp.h"
#include "vector.h"

#if INGOT_MVE

/* Four results before the output's zero point, of multipliers below 1/2 for negative numbers. */
INGOT_INLINE int32x4_t quarter(const ingot_prelu_params *p, int32x4_t x, int32x4_t product)
{
    int32x4_t low = vqrdmulhq_n_s32(product, p->multiplier_negative);
    low = vrshlq_n_s32(vaddq_s32(low, vshrq_n_s32(low, 31)), p->shift_negative);
    int32x4_t high = vqrdmulhq_n_s32(vshlq_r_s32(x, p->shift > 0 ? p->shift : 0), p->multiplier);
    high = vrshlq_n_s32(high, p->shift > 0 ? 0 : p->shift); /* of x >= 0 only: ties agree */
    return vpselq_s32(high, low, vcmpgeq_n_s32(x, 0));
}

INGOT_INLINE int16x8_t half(const ingot_prelu_params *p, int16x8_t x, int16x8_t alpha)
{
    x = vaddq_n_s16(x, (int16_t)p->offset);
    alpha = vaddq_n_s16(alpha, (int16_t)p->alpha_offset);
    int32x4_t even = quarter(p, vmovlbq_s16(x), vmullbq_int_s16(x, alpha));
    int32x4_t odd = quarter(p, vmovltq_s16(x), vmulltq_int_s16(x, alpha));
    return vqaddq_n_s16(vqmovntq_s32(vqmovnbq_s32(x, even), odd), (int16_t)p->zero_point);
}

INGOT_INLINE int8x16_t sixteen(const ingot_prelu_params *p, int8x16_t x, int8x16_t alpha)
{
    int16x8_t even = half(p, vmovlbq_s8(x), vmovlbq_s8(alpha)), odd = half(p, vmovltq_s8(x), vmovltq_s8(alpha));
    return vqmovntq_s16(vqmovnbq_s16(x, even), odd);
}

/* A run without steps of 0. The last loads may read up to 15 bytes too far. */
static void quick(const ingot_prelu_params *params, const int8_t *a, const int8_t *b, int8_t *o, unsigned n)
{
    const ingot_prelu_params copy = *params, *p = &copy;
    for (; n >= 16; n -= 16, a += 16, b += 16, o += 16)
        vst1q_s8(o, sixteen(p, vld1q_s8(a), vld1q_s8(b)));
    if (n)
        vstrbq_p_s8(o, sixteen(p, vld1q_s8(a), vld1q_s8(b)), vctp8q(n));
}

#endif

static void run_s8(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                   unsigned n)
{
    const ingot_prelu_params copy = *(const ingot_prelu_params *)params, *p = &copy; /* out may not alias it */
    const int8_t *a = in0, *b = in1;
    int8_t *o = out;
#if INGOT_MVE
    if (p->shift_negative < 0 && (a_step & b_step)) {
        quick(p, a, b, o, n);
        return;
    }
    for (int left = (int)n; left > 0; left -= 4, a += 4 * a_step, b += 4 * b_step, o += 4) {
        mve_pred16_t live = vctp32q((uint32_t)left);
        int32x4_t x = vaddq_n_s32(a_step ? vldrbq_z_s32(a, live) : vdupq_n_s32(*a), p->offset);
        int32x4_t alpha = vaddq_n_s32(b_step ? vldrbq_z_s32(b, live) : vdupq_n_s32(*b), p->alpha_offset);
        int32x4_t low = ingot_requantize_x4(vmulq_s32(x, alpha), p->multiplier_negative, p->shift_negative);
        int32x4_t high = ingot_requantize_x4(x, p->multiplier, p->shift);
        x = vaddq_n_s32(vpselq_s32(high, low, vcmpgeq_n_s32(x, 0)), p->zero_point);
        vstrbq_p_s32(o, vmaxq_s32(vminq_s32(x, vdupq_n_s32(INT8_MAX)), vdupq_n_s32(INT8_MIN)), live);
    }
#else
    for (; n; n--, a += a_step, b += b_step) {
        int32_t x = *a + p->offset;
        x = x >= 0 ? ingot_requantize_one(x, p->multiplier, p->shift)
                   : ingot_requantize_one(x * (*b + p->alpha_offset), p->multiplier_negative, p->shift_negative);
        *o++ = (int8_t)ingot_clamp(x + p->zero_point, INT8_MIN, INT8_MAX);
    }
#endif
}

static void run_f32(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                    unsigned n)
{
    const float *a = in0, *b = in1;
    float *o = out;
    (void)params;
    for (; n; n--, a += a_step, b += b_step)
        *o++ = *a >= 0.0f ? *a : *a * *b;
}

INGOT_BINARY_KERNEL(prelu_s8, prelu_s8_const, int8_t, int8_t, sizeof(ingot_prelu_params), run_s8)
INGOT_BINARY_KERNEL(prelu_f32, prelu_f32_const, float, float, 0, run_f32)
