/* SPDX-License-Identifier: Apache-2.0 */
#include "softmax.h"

#include "exp.h"
#include "lookup16.h"
#include "reciprocal.h"
#include "vector.h"

#define SUM_BITS 12 /* before the point of the sum of exponentials */

/* One group of bytes. is_signed is a constant: int8 in and out, else uint8. */
INGOT_INLINE void group_8(const int32_t *exp, const uint8_t *in, uint8_t *out, unsigned depth, int is_signed)
{
    int32_t most = is_signed ? INT8_MIN : 0, sum = 0, lowest = most;
    int over_unit;
#if INGOT_MVE
    if (is_signed) {
        int8x16_t all = vdupq_n_s8(INT8_MIN);
        for (unsigned i = 0; i < depth; i += 16) {
            mve_pred16_t live = vctp8q(depth - i);
            all = vmaxq_m_s8(all, all, vldrbq_z_s8((const int8_t *)in + i, live), live);
        }
        most = vmaxvq_s8(INT8_MIN, all);
    } else {
        uint8x16_t all = vdupq_n_u8(0);
        for (unsigned i = 0; i < depth; i += 16)
            all = vmaxq_u8(all, vldrbq_z_u8(in + i, vctp8q(depth - i)));
        most = vmaxvq_u8(0, all);
    }
#else
    for (unsigned i = 0; i < depth; i++) {
        int32_t x = is_signed ? (int8_t)in[i] : in[i];
        most = x > most ? x : most;
    }
#endif
#if INGOT_MVE
#define DIFFERENCE(i)                                                                                                 \
    vreinterpretq_u32_s32(vsubq_s32(tops, is_signed ? vldrbq_s32((const int8_t *)in + (i))                            \
                                                    : vreinterpretq_s32_u32(vldrbq_u32(in + (i)))))
    const int32x4_t tops = vdupq_n_s32(most), high = vdupq_n_s32(lowest + 255);
    unsigned i = 0;
    for (; i + 4 <= depth; i += 4)
        sum = vaddvaq_s32(
            sum, vrshrq_n_s32(vldrwq_gather_shifted_offset_s32(INGOT_ALIGNED(exp), DIFFERENCE(i)), SUM_BITS));
    for (; i < depth; i++)
        sum += ingot_rdbypot(exp[most - (is_signed ? (int8_t)in[i] : in[i])], SUM_BITS);
    const int32_t scale = ingot_reciprocal(sum, SUM_BITS, &over_unit);
    const int32_t right = -(over_unit + 31 - 8);
    for (i = 0; i < depth; i += 4) { /* reads up to three bytes too far */
        mve_pred16_t live = vctp32q(depth - i);
        int32x4_t e = vldrwq_gather_shifted_offset_z_s32(INGOT_ALIGNED(exp), DIFFERENCE(i), live);
        e = vaddq_n_s32(vrshlq_n_s32(vqrdmulhq_n_s32(e, scale), right), lowest); /* never negative: ties agree */
        vstrbq_p_s32((int8_t *)out + i, vminq_s32(e, high), live);
    }
#undef DIFFERENCE
#else
    for (unsigned i = 0; i < depth; i++)
        sum += ingot_rdbypot(exp[most - (is_signed ? (int8_t)in[i] : in[i])], SUM_BITS);
    int32_t scale = ingot_reciprocal(sum, SUM_BITS, &over_unit);
    int right = over_unit + 31 - 8;
    for (unsigned i = 0; i < depth; i++) {
        int32_t e = exp[most - (is_signed ? (int8_t)in[i] : in[i])];
        /* From 512 numbers on that are alike, the shift is 32 and more: what is left is below one half. */
        int32_t x = (right > 31 ? 0 : ingot_rdbypot(ingot_srdhm(scale, e), right)) + lowest;
        out[i] = (uint8_t)(x > lowest + 255 ? lowest + 255 : x);
    }
#endif
}

static void softmax_s8_group(const void *params, const void *in, void *out, unsigned depth)
{
    group_8(((const ingot_softmax_s8_params *)params)->exp, in, out, depth, 1);
}

static void softmax_u8_group(const void *params, const void *in, void *out, unsigned depth)
{
    group_8(((const ingot_softmax_s8_params *)params)->exp, in, out, depth, 0);
}

static void softmax_s16_group(const void *params, const void *source, void *target, unsigned depth)
{
    const ingot_softmax_s16_params *p = params;
    const int16_t *in = source;
    int16_t *out = target;
    int32_t most = INT16_MIN, sum = 0;
    for (unsigned i = 0; i < depth; i++)
        most = in[i] > most ? in[i] : most;
    for (unsigned i = 0; i < depth; i++) { /* [-65535, 0] stands for [-10, 0]; sum is Q16.15 */
        int32_t x = ingot_requantize(in[i] - most, p->multiplier, p->shift);
        out[i] = ingot_lookup16_one((int16_t)ingot_clamp(x + INT16_MAX, INT16_MIN, INT16_MAX), p->exp);
        sum += out[i];
    }
    unsigned headroom = (unsigned)__builtin_clz((uint32_t)sum);
    int32_t mantissa = (int32_t)((((int64_t)sum << (headroom - 1)) + (1 << 13)) >> 14);
    mantissa = ingot_clamp(mantissa - ((1 << 15) + (1 << 16)), INT16_MIN, INT16_MAX);
    int32_t reciprocal = ingot_lookup16_one((int16_t)mantissa, p->reciprocal);
    unsigned right = 31 - headroom;
    for (unsigned i = 0; i < depth; i++) {
        int32_t x = (int32_t)(((int64_t)out[i] * reciprocal + (1 << (right - 1))) >> right);
        out[i] = (int16_t)ingot_clamp(x, 0, INT16_MAX);
    }
}

static void softmax_f32_group(const void *params, const void *source, void *target, unsigned depth)
{
    const ingot_softmax_f32_params *p = params;
    const float *in = source;
    float *out = target;
    float most = in[0], sum = 0;
    for (unsigned i = 1; i < depth; i++)
        most = in[i] > most ? in[i] : most;
    for (unsigned i = 0; i < depth; i++) {
        out[i] = ingot_expf((in[i] - most) * p->beta);
        sum += out[i];
    }
    for (unsigned i = 0; i < depth; i++)
        out[i] = out[i] / sum;
}

/* n rows of groups of numbers of `size` bytes. */
INGOT_INLINE void walk(const ingot_softmax *k, const void *in, void *out, const void *params, unsigned y, unsigned n,
                       unsigned size, void (*group)(const void *, const void *, void *, unsigned))
{
    unsigned step = k->depth * size, pitch = k->groups * step;
    for (; n; n--, y++) {
        const char *src = (const char *)in + ingot_row_offset(y, k->in_ring, pitch);
        char *dst = (char *)out + ingot_row_offset(y, k->out_ring, pitch);
        for (unsigned g = k->groups; g; g--, src += step, dst += step)
            group(params, src, dst, k->depth);
    }
}

void ingot_softmax_s8(const ingot_softmax *k, const int8_t *in, int8_t *out, const void *params, unsigned y, unsigned n)
{
    walk(k, in, out, params, y, n, 1, softmax_s8_group);
}

void ingot_softmax_u8(const ingot_softmax *k, const uint8_t *in, uint8_t *out, const void *params, unsigned y,
                      unsigned n)
{
    walk(k, in, out, params, y, n, 1, softmax_u8_group);
}

void ingot_softmax_s16(const ingot_softmax *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                       unsigned n)
{
    walk(k, in, out, params, y, n, 2, softmax_s16_group);
}

void ingot_softmax_f32(const ingot_softmax *k, const float *in, float *out, const void *params, unsigned y, unsigned n)
{
    walk(k, in, out, params, y, n, 4, softmax_f32_group);
}

void ingot_softmax2_s8(const ingot_softmax *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                       unsigned n)
{
    const int8_t *result = ((const ingot_softmax2_s8_params *)params)->result + 256;
    unsigned groups = k->groups;
    if (!(k->in_ring | k->out_ring)) { /* rows that touch are one long row */
        groups *= n;
        n = n ? 1 : 0;
    }
    for (; n; n--, y++) {
        const int8_t *src = (const int8_t *)((const char *)in + ingot_row_offset(y, k->in_ring, k->groups * 2));
        int8_t *dst = (int8_t *)((char *)out + ingot_row_offset(y, k->out_ring, k->groups * 2));
        unsigned left = groups;
#if INGOT_MVE
        for (; left >= 8; left -= 8, src += 16, dst += 16) { /* a in the even bytes, b in the odd ones */
            int8x16_t pairs = vld1q_s8(src);
            int16x8_t d = vsubq_s16(vmovlbq_s8(pairs), vmovltq_s8(pairs));
            uint16x8_t of_a = vreinterpretq_u16_s16(vaddq_n_s16(d, 256));
            uint16x8_t of_b = vsubq_u16(vdupq_n_u16(512), of_a);
            int16x8_t a = vldrbq_gather_offset_s16(result - 256, of_a);
            int16x8_t b = vldrbq_gather_offset_s16(result - 256, of_b);
            vst1q_s8(dst, vmovntq_s16(vreinterpretq_s8_s16(a), b));
        }
#endif
        for (; left; left--, src += 2, dst += 2) {
            int d = src[0] - src[1];
            dst[0] = result[d];
            dst[1] = result[-d];
        }
    }
}
