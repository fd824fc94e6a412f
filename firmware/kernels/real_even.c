/* SPDX-License-Identifier: Apache-2.0 */
#include "real_even.h"

#include "requantize_even.h"

/* out may not alias the parameters. */
#define RUN(name, o)                                                                                                   \
    static void name(const void *params, const void *in0, unsigned a_step, const void *in1, unsigned b_step, void *out, \
                     unsigned n)                                                                                       \
    {                                                                                                                  \
        const ingot_real_even_params p = *(const ingot_real_even_params *)params;                                      \
        const int16_t *a = in0, *b = in1;                                                                              \
        int16_t *to = out;                                                                                             \
        for (; n; n--, a += a_step, b += b_step) {                                                                     \
            const float x = (float)(*a - p.zero0) * p.scale0, z = (float)(*b - p.zero1) * p.scale1;                    \
            const float whole = (x o z) / p.scale;                                                                     \
            *to++ = (int16_t)ingot_clamp(ingot_saturating_sum(ingot_nearest_even(whole), p.zero), p.low, p.high);      \
        }                                                                                                              \
    }

RUN(sums, +)
RUN(products, *)

INGOT_BINARY_KERNEL(real_even_add_s16, real_even_add_s16_const, int16_t, int16_t, sizeof(ingot_real_even_params), sums)
INGOT_BINARY_KERNEL(real_even_mul_s16, real_even_mul_s16_const, int16_t, int16_t, sizeof(ingot_real_even_params),
                    products)
