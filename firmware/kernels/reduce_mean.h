/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of reductions, and the mean of int8: with LiteRT's requantization or, with INGOT_EVEN, that of QDQ models. */
#ifndef INGOT_REDUCE_MEAN_H
#define INGOT_REDUCE_MEAN_H

#include "reduce.h"
#ifdef INGOT_EVEN
#include "requantize_even.h"
#endif
#include "vector.h"
#include "window_rows.h"

/* One run of outputs: kept[3] of them, from `in` on, kept_stride[3] apart. */
typedef void run_function(const ingot_reduce *k, const void *in, void *out, const void *params);

/* Walks over n rows and the outer kept loops. size: bytes of an element. */
INGOT_INLINE void walk(const ingot_reduce *k, const void *in, void *out, const void *params, unsigned y, unsigned n,
                       unsigned size, run_function *run)
{
    const int bytes = (int)size;
    for (; n; n--, y++) {
        const char *in0 = (const char *)in + ingot_row_offset(y, k->in_ring, k->in_pitch * size);
        char *to = (char *)out + ingot_row_offset(y, k->out_ring, k->out_pitch * size);
        for (uint32_t i0 = k->kept[0]; i0; i0--, in0 += k->kept_stride[0] * bytes) {
            const char *in1 = in0;
            for (uint32_t i1 = k->kept[1]; i1; i1--, in1 += k->kept_stride[1] * bytes) {
                const char *in2 = in1;
                for (uint32_t i2 = k->kept[2]; i2; i2--, in2 += k->kept_stride[2] * bytes, to += k->kept[3] * size)
                    run(k, in2, to, params);
            }
        }
    }
}

/* for every reduced number `x` (a pointer) of the output at `in` */
#define FOR_REDUCED(k, type, in, x)                                                                                   \
    for (uint32_t r0 = 0; r0 < (k)->reduced[0]; r0++)                                                                 \
        for (uint32_t r1 = 0; r1 < (k)->reduced[1]; r1++)                                                             \
            for (const type *x = (in) + (int32_t)r0 * (k)->reduced_stride[0] + (int32_t)r1 * (k)->reduced_stride[1],  \
                            *x##_end = x + (int32_t)(k)->reduced[2] * (k)->reduced_stride[2];                         \
                 x != x##_end; x += (k)->reduced_stride[2])

#ifdef INGOT_EVEN
INGOT_INLINE int32_t scaled(const ingot_reduce_params *p, int32_t sum, int32_t lo, int32_t hi)
{
    return ingot_clamp(ingot_requantize_even(sum, -p->offset, p->multiplier, p->zero_point), lo, hi);
}
#else
INGOT_INLINE int32_t scaled(const ingot_reduce_params *p, int32_t sum, int32_t lo, int32_t hi)
{
    return ingot_clamp(ingot_requantize(sum - p->offset, p->multiplier, p->shift) + p->zero_point, lo, hi);
}
#endif

#if INGOT_MVE
/* The same of four sums less the offset, not clamped. */
INGOT_INLINE int32x4_t scaled_x4(const ingot_reduce_params *p, int32x4_t sum)
{
#ifdef INGOT_EVEN
    return ingot_requantize_even_x4(sum, p->multiplier, p->zero_point);
#else
    return vaddq_n_s32(ingot_requantize_x4(sum, p->multiplier, p->shift), p->zero_point);
#endif
}
#endif

static void mean_s8_run(const ingot_reduce *k, const void *source, void *target, const void *params)
{
    const ingot_reduce_params *p = params;
    const int8_t *in = source;
    int8_t *out = target;
    uint32_t left = k->kept[3];
#if INGOT_MVE
    if (k->kept_stride[3] == 1 && k->reduced_stride[2] >= 0) { /* four outputs at a time */
        for (; left >= 4; left -= 4, in += 4, out += 4) {
            int32x4_t sum = vdupq_n_s32(-p->offset);
            FOR_REDUCED(k, int8_t, in, x)
                sum = vaddq_s32(sum, vldrbq_s32(x));
            sum = scaled_x4(p, sum);
            sum = vmaxq_s32(vminq_s32(sum, vdupq_n_s32(INT8_MAX)), vdupq_n_s32(INT8_MIN));
            vstrbq_s32(out, sum);
        }
    } else if (k->reduced_stride[2] == 1) { /* sixteen numbers of an output at a time */
        for (; left; left--, in += k->kept_stride[3]) {
            int32_t sum = 0;
            for (uint32_t r0 = 0; r0 < k->reduced[0]; r0++)
                for (uint32_t r1 = 0; r1 < k->reduced[1]; r1++) {
                    const int8_t *x = in + (int32_t)r0 * k->reduced_stride[0] + (int32_t)r1 * k->reduced_stride[1];
                    for (int run = (int)k->reduced[2]; run > 0; run -= 16, x += 16)
                        sum = vaddvaq_s8(sum, vldrbq_z_s8(x, vctp8q((uint32_t)run)));
                }
            *out++ = (int8_t)scaled(p, sum, INT8_MIN, INT8_MAX);
        }
    }
#endif
    for (; left; left--, in += k->kept_stride[3]) {
        int32_t sum = 0;
        FOR_REDUCED(k, int8_t, in, x)
            sum += *x;
        *out++ = (int8_t)scaled(p, sum, INT8_MIN, INT8_MAX);
    }
}

INGOT_INLINE int32_t mean_of_image(int32_t sum, int32_t count, const void *params)
{
    (void)count;
    return scaled(params, sum, INT8_MIN, INT8_MAX);
}

/* The mean of a whole image, whose rows come some at a time. */
#define MEAN_ROWS(name)                                                                                               \
    void ingot_reduce_##name(const ingot_pool *k, const int8_t *in, int8_t *out, void *scratch, const void *params,   \
                             unsigned y, unsigned n)                                                                  \
    {                                                                                                                 \
        ingot_fold_rows(k, in, out, scratch, params, y, n, mean_of_image);                                            \
    }

/* Other reductions: first, what a number does, what the result is. */
#define RUN(name, type, total, first, step, result)                                                                   \
    static void name##_run(const ingot_reduce *k, const void *source, void *target, const void *params)              \
    {                                                                                                                 \
        const type *in = source;                                                                                      \
        type *out = target;                                                                                           \
        (void)params;                                                                                                 \
        for (uint32_t left = k->kept[3]; left; left--, in += k->kept_stride[3]) {                                     \
            total sum = first;                                                                                        \
            FOR_REDUCED(k, type, in, x)                                                                               \
                step;                                                                                                 \
            *out++ = (type)(result);                                                                                  \
        }                                                                                                             \
    }

#define KERNEL(name, type)                                                                                            \
    void ingot_reduce_##name(const ingot_reduce *k, const type *in, type *out, const void *params, unsigned y,        \
                             unsigned n)                                                                              \
    {                                                                                                                 \
        walk(k, in, out, params, y, n, sizeof(type), name##_run);                                                     \
    }

#endif
