/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic that ADD and SUB share. `order` is a constant: 1: a + b, 0: a - b, -1: b - a. */
#ifndef INGOT_ADD_CORE_H
#define INGOT_ADD_CORE_H

#include "add.h"
#include "requantize_dsp.h"
#include "vector.h"

INGOT_INLINE int32_t ingot_add_join(int32_t a, int32_t b, int order)
{
    return order > 0 ? a + b : order == 0 ? a - b : b - a;
}

/* One pair of quantized numbers; left is 20 for 8 bits and 15 for 16 bits. */
INGOT_INLINE int32_t ingot_add_one(const ingot_add_params *p, int32_t a, int32_t b, int left, int order)
{
    int32_t x = ingot_rdbypot(ingot_srdhm((a + p->offset0) * (1 << left), p->multiplier0), p->right0);
    int32_t z = ingot_rdbypot(ingot_srdhm((b + p->offset1) * (1 << left), p->multiplier1), p->right1);
    int32_t sum = ingot_add_join(x, z, order);
    return ingot_clamp(ingot_rdbypot(ingot_srdhm(sum, p->multiplier_out), p->right_out) + p->zero_point, p->lo, p->hi);
}

#if INGOT_MVE

INGOT_INLINE int32x4_t ingot_add_join_x4(int32x4_t a, int32x4_t b, int order)
{
    return order > 0 ? vaddq_s32(a, b) : order == 0 ? vsubq_s32(a, b) : vsubq_s32(b, a);
}

/* ingot_add_one() on four lanes. */
INGOT_INLINE int32x4_t ingot_add_x4(const ingot_add_params *p, int32x4_t a, int32x4_t b, int left, int order)
{
    int32x4_t x = vshlq_r_s32(vaddq_n_s32(a, p->offset0), left);
    int32x4_t z = vshlq_r_s32(vaddq_n_s32(b, p->offset1), left);
    x = ingot_rdbypot_x4(vqrdmulhq_n_s32(x, p->multiplier0), p->right0);
    z = ingot_rdbypot_x4(vqrdmulhq_n_s32(z, p->multiplier1), p->right1);
    x = ingot_rdbypot_x4(vqrdmulhq_n_s32(ingot_add_join_x4(x, z, order), p->multiplier_out), p->right_out);
    x = vaddq_n_s32(x, p->zero_point);
    return vmaxq_s32(vminq_s32(x, vdupq_n_s32(p->hi)), vdupq_n_s32(p->lo));
}

/* 8-bit runs under INGOT_ADD_LINEAR. Four numbers are widened as they are loaded, and narrowed as they are stored. */
INGOT_INLINE int32x4_t ingot_add_linear_x4(const ingot_add_params *p, int32x4_t a, int32x4_t b)
{
    int32x4_t sum = vmlaq_n_s32(vmlasq_n_s32(a, vdupq_n_s32(p->linear0), p->linear), b, p->linear1);
    sum = vshlq_r_s32(sum, -p->linear_shift);
    return vmaxq_s32(vminq_s32(sum, vdupq_n_s32(p->hi)), vdupq_n_s32(p->lo));
}

INGOT_INLINE void ingot_add_linear(const ingot_add_params *p, const int8_t *a, const int8_t *b, int8_t *out, unsigned n)
{
    /* Eight at a time, in an order in which a Cortex-M55 waits least; GCC adds moves to such a loop. */
    __asm__ volatile("lsr lr, %[n], #3\n"
                     "wls lr, lr, 2f\n"
                     "1:\n"
                     "vldrb.s32 q0, [%[a]], #4\n"
                     "vmlas.s32 q0, %q[slope], %[start]\n"
                     "vldrb.s32 q1, [%[b]], #4\n"
                     "vmla.s32 q0, q1, %[other]\n"
                     "vldrb.s32 q2, [%[a]], #4\n"
                     "vmlas.s32 q2, %q[slope], %[start]\n"
                     "vshl.s32 q0, %[shift]\n"
                     "vldrb.s32 q3, [%[b]], #4\n"
                     "vmin.s32 q0, q0, %q[high]\n"
                     "vmla.s32 q2, q3, %[other]\n"
                     "vmax.s32 q0, q0, %q[low]\n"
                     "vshl.s32 q2, %[shift]\n"
                     "vmin.s32 q2, q2, %q[high]\n"
                     "vstrb.32 q0, [%[out]], #4\n"
                     "vmax.s32 q2, q2, %q[low]\n"
                     "vstrb.32 q2, [%[out]], #4\n"
                     "le lr, 1b\n"
                     "2:\n"
                     : [a] "+l"(a), [b] "+l"(b), [out] "+l"(out)
                     : [n] "r"(n), [slope] "w"(vdupq_n_s32(p->linear0)), [start] "r"(p->linear),
                       [other] "r"(p->linear1), [shift] "r"(-p->linear_shift), [low] "w"(vdupq_n_s32(p->lo)),
                       [high] "w"(vdupq_n_s32(p->hi))
                     : "lr", "q0", "q1", "q2", "q3", "memory");
    n &= 7;
    for (int left = (int)n; left > 0; left -= 4, a += 4, b += 4, out += 4) {
        const mve_pred16_t live = vctp32q((uint32_t)left);
        vstrbq_p_s32(out, ingot_add_linear_x4(p, vldrbq_z_s32(a, live), vldrbq_z_s32(b, live)), live);
    }
}

#elif INGOT_DSP

/* 8-bit runs under INGOT_ADD_LINEAR; saturates: to all of int8. */
INGOT_INLINE void ingot_add_linear_scalar(const ingot_add_params *p, const int8_t *a, const int8_t *b, int8_t *out,
                                          unsigned n, int saturates)
{
    const uint32_t factor0 = (uint32_t)p->linear0, factor1 = (uint32_t)p->linear1, linear = (uint32_t)p->linear;
    const int32_t shift = p->linear_shift, lo = p->lo, hi = p->hi;
    for (; n; n--) {
        const uint32_t line = linear + (uint32_t)*a++ * factor0 + (uint32_t)*b++ * factor1;
        const int32_t sum = (int32_t)line >> shift;
        *out++ = (int8_t)(saturates ? (int32_t)__builtin_arm_ssat(sum, 8) : ingot_clamp(sum, lo, hi));
    }
}

INGOT_INLINE void ingot_add_linear(const ingot_add_params *p, const int8_t *a, const int8_t *b, int8_t *out, unsigned n)
{
    if (p->lo == INT8_MIN && p->hi == INT8_MAX)
        ingot_add_linear_scalar(p, a, b, out, n, 1);
    else
        ingot_add_linear_scalar(p, a, b, out, n, 0);
}

#endif

/* A run of 8-bit pairs. */
INGOT_INLINE void ingot_add_run_s8(const void *params, const void *in0, unsigned a_step, const void *in1,
                                   unsigned b_step, void *out, unsigned n, int order)
{
    const ingot_add_params copy = *(const ingot_add_params *)params, *p = &copy; /* out may not alias it */
    const int8_t *a = in0, *b = in1;
    int8_t *o = out;
#if INGOT_MVE || INGOT_DSP
    if ((a_step & b_step) && (p->flags & INGOT_ADD_LINEAR)) {
        ingot_add_linear(p, a, b, o, n);
        return;
    }
#endif
#if INGOT_MVE
    for (; n; ) {
        mve_pred16_t live = vctp32q(n);
        int32x4_t x = a_step ? vldrbq_z_s32(a, live) : vdupq_n_s32(*a);
        int32x4_t z = b_step ? vldrbq_z_s32(b, live) : vdupq_n_s32(*b);
        vstrbq_p_s32(o, ingot_add_x4(p, x, z, 20, order), live);
        a += 4 * a_step;
        b += 4 * b_step;
        o += 4;
        n -= n < 4 ? n : 4;
    }
#else
    for (; n; n--, a += a_step, b += b_step)
        *o++ = (int8_t)ingot_add_one(p, *a, *b, 20, order);
#endif
}

/* A run of 16-bit pairs. */
INGOT_INLINE void ingot_add_run_s16(const void *params, const void *in0, unsigned a_step, const void *in1,
                                    unsigned b_step, void *out, unsigned n, int order)
{
    const ingot_add_params copy = *(const ingot_add_params *)params, *p = &copy; /* out may not alias it */
    const int16_t *a = in0, *b = in1;
    int16_t *o = out;
    if (p->flags & INGOT_ADD_POWERS_OF_TWO) {
        for (; n; n--, a += a_step, b += b_step) {
            int32_t sum = ingot_add_join(ingot_rdbypot(*a, p->right0), ingot_rdbypot(*b, p->right1), order);
            *o++ = (int16_t)ingot_clamp(sum, p->lo, p->hi);
        }
        return;
    }
#if INGOT_MVE
    for (; n; ) {
        mve_pred16_t live = vctp32q(n);
        int32x4_t x = a_step ? vldrhq_z_s32(INGOT_ALIGNED(a), live) : vdupq_n_s32(*a);
        int32x4_t z = b_step ? vldrhq_z_s32(INGOT_ALIGNED(b), live) : vdupq_n_s32(*b);
        vstrhq_p_s32(INGOT_ALIGNED(o), ingot_add_x4(p, x, z, 15, order), live);
        a += 4 * a_step;
        b += 4 * b_step;
        o += 4;
        n -= n < 4 ? n : 4;
    }
#else
    for (; n; n--, a += a_step, b += b_step)
        *o++ = (int16_t)ingot_add_one(p, *a, *b, 15, order);
#endif
}

INGOT_INLINE void ingot_add_run_f32(const void *params, const void *in0, unsigned a_step, const void *in1,
                                    unsigned b_step, void *out, unsigned n, int order)
{
    const ingot_clamp_f32_params *p = params;
    const float *a = in0, *b = in1;
    float *o = out;
    for (; n; n--, a += a_step, b += b_step) {
        const float sum = order > 0 ? *a + *b : order == 0 ? *a - *b : *b - *a;
        *o++ = ingot_clamp_f32(sum, p->lo, p->hi);
    }
}

INGOT_INLINE void ingot_add_run_s32(const void *params, const void *in0, unsigned a_step, const void *in1,
                                    unsigned b_step, void *out, unsigned n, int order)
{
    const ingot_clamp_s32_params *p = params;
    const uint32_t *a = in0, *b = in1;
    int32_t *o = out;
    for (; n; n--, a += a_step, b += b_step) { /* wraps, as the reference does */
        uint32_t sum = order > 0 ? *a + *b : order == 0 ? *a - *b : *b - *a;
        *o++ = ingot_clamp((int32_t)sum, p->lo, p->hi);
    }
}

/* Defines the kernel ingot_<name>_<suffix>() of one type and order. */
#define INGOT_ADD_KERNEL(name, suffix, type, params, order)                                                           \
    static void name##_##suffix##_run(const void *p, const void *a, unsigned a_step, const void *b, unsigned b_step, \
                                      void *out, unsigned n)                                                         \
    {                                                                                                                 \
        ingot_add_run_##suffix(p, a, a_step, b, b_step, out, n, order);                                               \
    }                                                                                                                 \
    INGOT_BINARY_KERNEL(name##_##suffix, name##_##suffix##_const, type, type, sizeof(params), name##_##suffix##_run)

#endif
