/* SPDX-License-Identifier: Apache-2.0 */
#include "mul.h"

#include "requantize_dsp.h"
#include "vector.h"

#if INGOT_MVE

/* Eight results of multipliers below 1/2 (shift < 0), which fit 16 bits before the zero point. */
INGOT_INLINE int16x8_t eight(const ingot_mul_params *p, int16x8_t a, int16x8_t b)
{
    a = vaddq_n_s16(a, (int16_t)p->offset0);
    b = vaddq_n_s16(b, (int16_t)p->offset1);
    int32x4_t even = vqrdmulhq_n_s32(vmullbq_int_s16(a, b), p->multiplier);
    int32x4_t odd = vqrdmulhq_n_s32(vmulltq_int_s16(a, b), p->multiplier);
    even = vrshlq_n_s32(vaddq_s32(even, vshrq_n_s32(even, 31)), p->shift);
    odd = vrshlq_n_s32(vaddq_s32(odd, vshrq_n_s32(odd, 31)), p->shift);
    a = vqaddq_n_s16(vreinterpretq_s16_s32(vsliq_n_s32(even, odd, 16)), (int16_t)p->zero_point);
    return vmaxq_s16(vminq_s16(a, vdupq_n_s16((int16_t)p->hi)), vdupq_n_s16((int16_t)p->lo));
}

/* A run without steps of 0. */
static void quick(const ingot_mul_params *p, const int8_t *a, const int8_t *b, int8_t *out, unsigned n)
{
    /* eight() twice, in an order in which a Cortex-M55 waits least; VMLA by 1 adds in the unit of the products. */
    register unsigned blocks __asm__("lr") = n / 16; /* no other register is left for it where checks are compiled in */
    __asm__ volatile("wls lr, %[blocks], 2f\n"
                     "1:\n"
                     "vldrb.s16 q0, [%[a]], #8\n"
                     "vadd.i16 q0, q0, %[offset0]\n"
                     "vldrb.s16 q1, [%[b]], #8\n"
                     "vadd.i16 q1, q1, %[offset1]\n"
                     "vmullb.s16 q2, q0, q1\n"
                     "vldrb.s16 q3, [%[b]], #8\n"
                     "vmullt.s16 q4, q0, q1\n"
                     "vadd.i16 q3, q3, %[offset1]\n"
                     "vldrb.s16 q5, [%[a]], #8\n"
                     "vqrdmulh.s32 q2, q2, %[multiplier]\n"
                     "vadd.i16 q5, q5, %[offset0]\n"
                     "vqrdmulh.s32 q4, q4, %[multiplier]\n"
                     "vshr.s32 q0, q2, #31\n"
                     "vmla.s32 q2, q0, %[one]\n"
                     "vshr.s32 q1, q4, #31\n"
                     "vmla.s32 q4, q1, %[one]\n"
                     "vrshl.s32 q2, %[shift]\n"
                     "vmullb.s16 q0, q5, q3\n"
                     "vrshl.s32 q4, %[shift]\n"
                     "vqrdmulh.s32 q0, q0, %[multiplier]\n"
                     "vsli.32 q2, q4, #16\n"
                     "vqadd.s16 q2, q2, %[zero]\n"
                     "vmullt.s16 q1, q5, q3\n"
                     "vshr.s32 q4, q0, #31\n"
                     "vmla.s32 q0, q4, %[one]\n"
                     "vmin.s16 q2, q2, %q[high]\n"
                     "vqrdmulh.s32 q1, q1, %[multiplier]\n"
                     "vmax.s16 q2, q2, %q[low]\n"
                     "vshr.s32 q3, q1, #31\n"
                     "vmla.s32 q1, q3, %[one]\n"
                     "vrshl.s32 q0, %[shift]\n"
                     "vrshl.s32 q1, %[shift]\n"
                     "vsli.32 q0, q1, #16\n"
                     "vqadd.s16 q0, q0, %[zero]\n"
                     "vmin.s16 q0, q0, %q[high]\n"
                     "vstrb.16 q2, [%[out]], #8\n"
                     "vmax.s16 q0, q0, %q[low]\n"
                     "vstrb.16 q0, [%[out]], #8\n"
                     "le lr, 1b\n"
                     "2:\n"
                     : [a] "+l"(a), [b] "+l"(b), [out] "+l"(out), [blocks] "+r"(blocks)
                     : [offset0] "r"(p->offset0), [offset1] "r"(p->offset1), [multiplier] "r"(p->multiplier),
                       [shift] "r"(p->shift), [one] "r"(1), [zero] "r"(p->zero_point),
                       [low] "w"(vdupq_n_s16((int16_t)p->lo)), [high] "w"(vdupq_n_s16((int16_t)p->hi))
                     : "q0", "q1", "q2", "q3", "q4", "q5", "memory");
    for (int left = (int)(n & 15); left > 0; left -= 8, a += 8, b += 8, out += 8) {
        const mve_pred16_t live = vctp16q((uint32_t)left);
        vstrbq_p_s16(out, eight(p, vldrbq_z_s16(a, live), vldrbq_z_s16(b, live)), live);
    }
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
    return ingot_clamp(ingot_requantize_one(product, p->multiplier, p->shift) + p->zero_point, p->lo, p->hi);
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
