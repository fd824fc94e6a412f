/* SPDX-License-Identifier: Apache-2.0 */
#include "minmax.h"

#if INGOT_MVE
INGOT_INLINE void run_s8(const int8_t *a, unsigned a_step, const int8_t *b, unsigned b_step, int8_t *o, unsigned n,
                         int largest)
{
    for (int left = (int)n; left > 0; left -= 16, a += 16 * a_step, b += 16 * b_step, o += 16) {
        mve_pred16_t live = vctp8q((uint32_t)left);
        int8x16_t x = a_step ? vldrbq_z_s8(a, live) : vdupq_n_s8(*a);
        int8x16_t z = b_step ? vldrbq_z_s8(b, live) : vdupq_n_s8(*b);
        vstrbq_p_s8(o, largest ? vmaxq_s8(x, z) : vminq_s8(x, z), live);
    }
}

static void maximum_s8_run(const void *params, const void *a, unsigned a_step, const void *b, unsigned b_step,
                           void *out, unsigned n)
{
    (void)params;
    run_s8(a, a_step, b, b_step, out, n, 1);
}

static void minimum_s8_run(const void *params, const void *a, unsigned a_step, const void *b, unsigned b_step,
                           void *out, unsigned n)
{
    (void)params;
    run_s8(a, a_step, b, b_step, out, n, 0);
}
#endif

/* Of two numbers of which neither is better (a NaN, zeros of either sign) the second is the result, as in LiteRT. The
 * functions of integers may take their operands in any order; those of float32 are told which one is the first. */
#define RUN(name, type, first, better, second)                                                                                       \
    static void name(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step,         \
                     void *out, unsigned n)                                                                          \
    {                                                                                                                 \
        const type *a = in0, *b = in1;                                                                                \
        type *o = out;                                                                                                \
        (void)params;                                                                                                 \
        for (; n; n--, a += a_step, b += b_step)                                                                      \
            *o++ = *first better *second ? *first : *second;                                                         \
    }

#if !INGOT_MVE
RUN(maximum_s8_run, int8_t, a, >, b)
RUN(minimum_s8_run, int8_t, a, <, b)
#endif
RUN(maximum_s16_run, int16_t, a, >, b)
RUN(minimum_s16_run, int16_t, a, <, b)
RUN(maximum_s32_run, int32_t, a, >, b)
RUN(minimum_s32_run, int32_t, a, <, b)
RUN(maximum_f32_run, float, a, >, b)
RUN(minimum_f32_run, float, a, <, b)
RUN(maximum_reversed_f32_run, float, b, >, a)
RUN(minimum_reversed_f32_run, float, b, <, a)

INGOT_BINARY_KERNEL(maximum_s8, maximum_s8_const, int8_t, int8_t, 0, maximum_s8_run)
INGOT_BINARY_KERNEL(minimum_s8, minimum_s8_const, int8_t, int8_t, 0, minimum_s8_run)
INGOT_BINARY_KERNEL(maximum_s16, maximum_s16_const, int16_t, int16_t, 0, maximum_s16_run)
INGOT_BINARY_KERNEL(minimum_s16, minimum_s16_const, int16_t, int16_t, 0, minimum_s16_run)
INGOT_BINARY_KERNEL(maximum_s32, maximum_s32_const, int32_t, int32_t, 0, maximum_s32_run)
INGOT_BINARY_KERNEL(minimum_s32, minimum_s32_const, int32_t, int32_t, 0, minimum_s32_run)
INGOT_BINARY_KERNEL(maximum_f32, maximum_f32_const, float, float, 0, maximum_f32_run)
INGOT_BINARY_KERNEL(minimum_f32, minimum_f32_const, float, float, 0, minimum_f32_run)
INGOT_BINARY_KERNEL(maximum_reversed_f32, maximum_reversed_f32_const, float, float, 0, maximum_reversed_f32_run)
INGOT_BINARY_KERNEL(minimum_reversed_f32, minimum_reversed_f32_const, float, float, 0, minimum_reversed_f32_run)
