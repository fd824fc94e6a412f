/* SPDX-License-Identifier: Apache-2.0 */
#include "mul.h"

#include "vector.h"

#if INGOT_MVE

/* Half of 16 products, every second one, of multipliers below 1/2 (shift < 0). */
INGOT_INLINE int16x8_t half(const ingot_mul_params *p, int16x8_t a, int16x8_t b)
{
    a = vaddq_n_s16(a, (int16_t)p->offset0);
    b = vaddq_n_s16(b, (int16_t)p->offset1);
    int32x4_t even = vqrdmulhq_n_s32(vmullbq_int_s16(a, b), p->multiplier);
    int32x4_t odd = vqrdmulhq_n_s32(vmulltq_int_s16(a, b), p->multiplier);
    even = vrshlq_n_s32(vaddq_s32(even, vshrq_n_s32(even, 31)), p->shift);
    odd = vrshlq_n_s32(vaddq_s32(odd, vshrq_n_s32(odd, 31)), p->shift);
    return vqaddq_n_s16(vqmovntq_s32(vqmovnbq_s32(a, even), odd), (int16_t)p->zero_point);
}

INGOT_INLINE int8x16_t sixteen(const ingot_mul_params *p, int8x16_t x, int8x16_t z)
{
    int16x8_t even = half(p, vmovlbq_s8(x), vmovlbq_s8(z)), odd = half(p, vmovltq_s8(x), vmovltq_s8(z));
    x = vqmovntq_s16(vqmovnbq_s16(x, even), odd);
    return vmaxq_s8(vminq_s8(x, vdupq_n_s8((int8_t)p->hi)), vdupq_n_s8((int8_t)p->lo));
}

/* A run without steps of 0. The last loads may read up to 15 bytes too far. */
static void quick(const ingot_mul_params *params, const int8_t *a, const int8_t *b, int8_t *o, unsigned n)
{
    const ingot_mul_params copy = *params, *p = &copy;
    for (; n >= 16; n -= 16, a += 16, b += 16, o += 16)
        vst1q_s8(o, sixteen(p, vld1q_s8(a), vld1q_s8(b)));
    if (n)
        vstrbq_p_s8(o, sixteen(p, vld1q_s8(a), vld1q_s8(b)), vctp8q(n));
}

INGOT_INLINE int32x4_t one_x4(const ingot_mul_params *p, int32x4_t a, int32x4_t b)
{
    int32x4_t x = vmulq_s32(vaddq_n_s32(a, p->offset0), vaddq_n_s32(b, p->offset1));
    x = vaddq_n_s32(ingot_requantize_x4(x, p->multiplier, p->shift), p->zero_point);
    return vmaxq_s32(vminq_s32(x, vdupq_n_s32(p->hi)), vdupq_n_s32(p->lo));
}
#else

INGOT_INLINE int32_t one(const ingot_mul_params *p, int32_t a, int32_t b)
{
    int32_t product = (int32_t)((uint32_t)(a + p->offset0) * (uint32_t)(b + p->offset1));
    return ingot_clamp(ingot_requantize(product, p->multiplier, p->shift) + p->zero_point, p->lo, p->hi);
}

#endif

static void run_s8(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                   unsigned n)
{
    const ingot_mul_params copy = *(const ingot_mul_params *)params, *p = &copy; /* out may not alias it */
    const int8_t *a = in0, *b = in1;
    int8_t *o = out;
#if INGOT_MVE
    if (p->shift < 0 && (a_step & b_step)) {
        quick(p, a, b, o, n);
        return;
    }
    for (int left = (int)n; left > 0; left -= 4, a += 4 * a_step, b += 4 * b_step, o += 4) {
        mve_pred16_t live = vctp32q((uint32_t)left);
        int32x4_t x = a_step ? vldrbq_z_s32(a, live) : vdupq_n_s32(*a);
        int32x4_t z = b_step ? vldrbq_z_s32(b, live) : vdupq_n_s32(*b);
        vstrbq_p_s32(o, one_x4(p, x, z), live);
    }
#else
    for (; n; n--, a += a_step, b += b_step)
        *o++ = (int8_t)one(p, *a, *b);
#endif
}

static void run_s16(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                    unsigned n)
{
    const ingot_mul_params copy = *(const ingot_mul_params *)params, *p = &copy;
    const int16_t *a = in0, *b = in1;
    int16_t *o = out;
#if INGOT_MVE
    for (int left = (int)n; left > 0; left -= 4, a += 4 * a_step, b += 4 * b_step, o += 4) {
        mve_pred16_t live = vctp32q((uint32_t)left);
        int32x4_t x = a_step ? vldrhq_z_s32(INGOT_ALIGNED(a), live) : vdupq_n_s32(*a);
        int32x4_t z = b_step ? vldrhq_z_s32(INGOT_ALIGNED(b), live) : vdupq_n_s32(*b);
        vstrhq_p_s32(INGOT_ALIGNED(o), one_x4(p, x, z), live);
    }
#else
    for (; n; n--, a += a_step, b += b_step)
        *o++ = (int16_t)one(p, *a, *b);
#endif
}

static void run_f32(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                    unsigned n)
{
    const ingot_mul_f32_params *p = params;
    const float *a = in0, *b = in1;
    float *o = out;
    for (; n; n--, a += a_step, b += b_step)
        *o++ = ingot_clamp_f32(*a * *b, p->lo, p->hi);
}

static void run_s32(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out,
                    unsigned n)
{
    const ingot_mul_s32_params *p = params;
    const uint32_t *a = in0, *b = in1;
    int32_t *o = out;
    for (; n; n--, a += a_step, b += b_step)
        *o++ = ingot_clamp((int32_t)(*a * *b), p->lo, p->hi);
}

INGOT_BINARY_KERNEL(mul_s8, mul_s8_const, int8_t, int8_t, sizeof(ingot_mul_params), run_s8)
INGOT_BINARY_KERNEL(mul_s16, mul_s16_const, int16_t, int16_t, sizeof(ingot_mul_params), run_s16)
INGOT_BINARY_KERNEL(mul_f32, mul_f32_const, float, float, sizeof(ingot_mul_f32_params), run_f32)
INGOT_BINARY_KERNEL(mul_s32, mul_s32_const, int32_t, int32_t, sizeof(ingot_mul_s32_params), run_s32)
