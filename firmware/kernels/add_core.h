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

/* What the quick path keeps in registers. */
typedef struct ingot_add_quick_state {
    int16_t exact_offset, offset, zero_point; /* times 8, times 16 */
    int32_t multiplier, left, multiplier_out, left_out;
    int8x16_t lo, hi;
} ingot_add_quick_state;

/* Half of 16 elements, every second one. */
INGOT_INLINE int16x8_t ingot_add_quick_half(const ingot_add_quick_state *s, int16x8_t a, int16x8_t b, int order)
{
    a = vaddq_n_s16(a, s->exact_offset);
    b = vaddq_n_s16(b, s->offset);
    int32x4_t even = vrshlq_n_s32(vqrdmulhq_n_s32(vshllbq_n_s16(b, 16), s->multiplier), s->left);
    int32x4_t odd = vrshlq_n_s32(vqrdmulhq_n_s32(vshlltq_n_s16(b, 16), s->multiplier), s->left);
    even = ingot_add_join_x4(vshllbq_n_s16(a, 16), even, order);
    odd = ingot_add_join_x4(vshlltq_n_s16(a, 16), odd, order);
    even = vrshlq_n_s32(vqrdmulhq_n_s32(even, s->multiplier_out), s->left_out);
    odd = vrshlq_n_s32(vqrdmulhq_n_s32(odd, s->multiplier_out), s->left_out);
    return vqaddq_n_s16(vqmovntq_s32(vqmovnbq_s32(a, even), odd), s->zero_point);
}

/* 16 elements. Each byte of a word is in its own register, so that widening and narrowing need no shuffles. */
INGOT_INLINE int8x16_t ingot_add_quick_16(const ingot_add_quick_state *s, int8x16_t a, int8x16_t b, int order)
{
    int16x8_t even = ingot_add_quick_half(s, vshllbq_n_s8(a, 3), vshllbq_n_s8(b, 4), order);
    int16x8_t odd = ingot_add_quick_half(s, vshlltq_n_s8(a, 3), vshlltq_n_s8(b, 4), order);
    return vmaxq_s8(vminq_s8(vqmovntq_s16(vqmovnbq_s16(a, even), odd), s->hi), s->lo);
}

/* 8-bit runs under INGOT_ADD_QUICK, where `exact` needs no rounding. The last loads may read up to 15 bytes too far. */
INGOT_INLINE void ingot_add_quick(const ingot_add_params *p, const int8_t *exact, int32_t exact_offset,
                                      const int8_t *other, int32_t offset, int32_t multiplier, int32_t right,
                                      int8_t *out, unsigned n, int order)
{
    const ingot_add_quick_state s = {
        .exact_offset = (int16_t)(exact_offset * 8),
        .offset = (int16_t)(offset * 16),
        .zero_point = (int16_t)p->zero_point,
        .multiplier = multiplier,
        .left = -right,
        .multiplier_out = p->quick_multiplier,
        .left_out = -p->right_out,
        .lo = vdupq_n_s8((int8_t)p->lo),
        .hi = vdupq_n_s8((int8_t)p->hi),
    };
    for (; n >= 16; n -= 16, exact += 16, other += 16, out += 16)
        vst1q_s8(out, ingot_add_quick_16(&s, vld1q_s8(exact), vld1q_s8(other), order));
    if (n)
        vstrbq_p_s8(out, ingot_add_quick_16(&s, vld1q_s8(exact), vld1q_s8(other), order), vctp8q(n));
}

#elif INGOT_DSP

/* 8-bit runs under INGOT_ADD_QUICK, where `exact` needs no rounding: what the Helium form computes. SMMULR of twice a
 * number rounds as VQRDMULH does; neither factor is beyond 2^29. */
INGOT_INLINE void ingot_add_quick(const ingot_add_params *p, const int8_t *exact, int32_t exact_offset,
                                  const int8_t *other, int32_t offset, int32_t multiplier, int32_t right, int8_t *out,
                                  unsigned n, int order)
{
    const int32_t multiplier_out = p->quick_multiplier, right_out = p->right_out;
    const int32_t half = right ? 1 << (right - 1) : 0;
    const int32_t half_out = (right_out ? 1 << (right_out - 1) : 0);
    const int32_t zero = p->zero_point, lo = p->lo, hi = p->hi;
    exact_offset *= 1 << 19;
    offset *= 1 << 21;
    for (; n; n--) {
        const int32_t x = *exact++ * (1 << 19) + exact_offset;
        const int32_t z = (ingot_smmulr(*other++ * (1 << 21) + offset, multiplier) + half) >> right;
        const int32_t sum = ingot_add_join(x, z, order) * 2;
        *out++ = (int8_t)ingot_clamp(((ingot_smmulr(sum, multiplier_out) + half_out) >> right_out) + zero, lo, hi);
    }
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
    if ((a_step & b_step) && (p->flags & INGOT_ADD_QUICK)) {
        if (order > 0 && !(p->flags & INGOT_ADD_FIRST_EXACT))
            ingot_add_quick(p, b, p->offset1, a, p->offset0, p->multiplier0, p->right0, o, n, order);
        else
            ingot_add_quick(p, a, p->offset0, b, p->offset1, p->multiplier1, p->right1, o, n, order);
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
