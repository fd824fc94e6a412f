/* SPDX-License-Identifier: Apache-2.0 */
#include "svdf.h"

#include "dot.h"

/* Filters whose features are computed at a time. */
enum { AT_ONCE = 16 };

/* A filter's state moves on by one: the oldest of n goes, `newest` comes. Returns state . weights, wrapping at 32 bits. */
static int32_t advance(int16_t *state, const int16_t *weights, uint32_t n, int16_t newest)
{
    const uint32_t last = n - 1;
    int32_t sum = newest * weights[last];
#if INGOT_MVE
    int16_t *to = INGOT_ALIGNED(state);
    const int16_t *next = state + 1, *w = INGOT_ALIGNED(weights);
    if (last)
        __asm__ volatile("dlstp.16 lr, %4\n"
                         "1:\n"
                         "vldrh.16 q0, [%2], #16\n"
                         "vldrh.16 q1, [%3], #16\n"
                         "vmladava.s16 %0, q0, q1\n"
                         "vstrh.16 q0, [%1], #16\n"
                         "letp lr, 1b\n"
                         : "+Te"(sum), "+r"(to), "+r"(next), "+r"(w)
                         : "r"(last)
                         : "q0", "q1", "lr", "memory");
#else
    uint32_t i = 0;
#if INGOT_DSP
    for (; i + 2 <= last; i += 2) {
        const uint32_t two = ingot_word_at(state + i + 1);
        memcpy(state + i, &two, sizeof two);
        sum = __smlad((int16x2_t)two, (int16x2_t)ingot_word_at(weights + i), sum);
    }
#endif
    for (; i < last; i++) {
        state[i] = state[i + 1];
        sum = (int32_t)((uint32_t)sum + (uint32_t)(state[i] * weights[i]));
    }
#endif
    state[last] = newest;
    return sum;
}

void ingot_svdf_s8(const ingot_svdf *k, const int8_t *in0, int16_t *in1, int8_t *out, const void *params, unsigned y,
                   unsigned n)
{
    const ingot_svdf_params *p = params;
    const uint32_t filters = k->units * k->rank;
    const int32_t *bias = (const int32_t *)(p + 1), *feature_bias = bias + k->units;
    const int16_t *time_weights = (const int16_t *)(feature_bias + filters);
    const int8_t *feature_weights = (const int8_t *)(time_weights + ((filters * k->memory + 1) & ~1u));
    int16_t *state = in1;
    (void)y;
    if (!n)
        return;
    for (uint32_t b = 0; b < k->batches; b++, in0 += k->inputs) {
        int32_t features[AT_ONCE];
        uint32_t filter = 0;
        for (uint32_t unit = 0; unit < k->units; unit++) {
            int32_t sum = bias[unit];
            for (uint32_t r = 0; r < k->rank; r++, filter++, state += k->memory) {
                if (filter % AT_ONCE == 0) {
                    const uint32_t count = filters - filter < AT_ONCE ? filters - filter : AT_ONCE;
                    memcpy(features, feature_bias + filter, count * sizeof *features);
                    ingot_dots_s8(in0, feature_weights + filter * k->inputs, k->inputs, k->inputs, features, count);
                }
                const int32_t x =
                    ingot_requantize_one(features[filter % AT_ONCE], p->feature_multiplier, p->feature_shift);
                sum += advance(state, time_weights + filter * k->memory, k->memory,
                               (int16_t)ingot_clamp(x, INT16_MIN, INT16_MAX));
            }
            sum = ingot_requantize_one(sum, p->multiplier, p->shift) + p->zero_point;
            *out++ = (int8_t)ingot_clamp(sum, INT8_MIN, INT8_MAX);
        }
    }
}
