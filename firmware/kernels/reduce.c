/* SPDX-License-Identifier: Apache-2.0 */
#include "reduce.h"

#include <float.h>

#include "vector.h"

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

INGOT_INLINE int32_t scaled(const ingot_reduce_params *p, int32_t sum, int32_t lo, int32_t hi)
{
    return ingot_clamp(ingot_requantize(sum - p->offset, p->multiplier, p->shift) + p->zero_point, lo, hi);
}

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
            sum = vaddq_n_s32(ingot_requantize_x4(sum, p->multiplier, p->shift), p->zero_point);
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

/* The others: first, what a number does, what the result is. */
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

#define COUNT(k) ((k)->reduced[0] * (k)->reduced[1] * (k)->reduced[2])

RUN(mean_s16, int16_t, int32_t, 0, sum += *x, scaled(params, sum, INT16_MIN, INT16_MAX))
RUN(mean_f32, float, float, 0, sum += *x, sum / (float)COUNT(k))
RUN(sum_f32, float, float, 0, sum += *x, sum)
RUN(mean_s32, int32_t, int64_t, 0, sum += *x, sum / (int64_t)COUNT(k))
RUN(sum_s32, int32_t, uint32_t, 0, sum += (uint32_t)*x, sum)
RUN(max_s8, int8_t, int8_t, *in, sum = *x > sum ? *x : sum, sum)
RUN(min_s8, int8_t, int8_t, *in, sum = *x < sum ? *x : sum, sum)
RUN(max_s16, int16_t, int16_t, *in, sum = *x > sum ? *x : sum, sum)
RUN(min_s16, int16_t, int16_t, *in, sum = *x < sum ? *x : sum, sum)
RUN(max_s32, int32_t, int32_t, *in, sum = *x > sum ? *x : sum, sum)
RUN(min_s32, int32_t, int32_t, *in, sum = *x < sum ? *x : sum, sum)
/* As LiteRT starts: NaN is never chosen, and infinity is not where there is nothing else. */
RUN(max_f32, float, float, -FLT_MAX, sum = *x > sum ? *x : sum, sum)
RUN(min_f32, float, float, FLT_MAX, sum = *x < sum ? *x : sum, sum)

#define KERNEL(name, type)                                                                                            \
    void ingot_reduce_##name(const ingot_reduce *k, const type *in, type *out, const void *params, unsigned y,        \
                             unsigned n)                                                                              \
    {                                                                                                                 \
        walk(k, in, out, params, y, n, sizeof(type), name##_run);                                                     \
    }

KERNEL(mean_s8, int8_t)
KERNEL(mean_s16, int16_t)
KERNEL(mean_f32, float)
KERNEL(sum_f32, float)
KERNEL(mean_s32, int32_t)
KERNEL(sum_s32, int32_t)
KERNEL(max_s8, int8_t)
KERNEL(min_s8, int8_t)
KERNEL(max_s16, int16_t)
KERNEL(min_s16, int16_t)
KERNEL(max_s32, int32_t)
KERNEL(min_s32, int32_t)
KERNEL(max_f32, float)
KERNEL(min_f32, float)
