/* SPDX-License-Identifier: Apache-2.0 */
#include "fully_connected.h"

#include "dot16.h"

typedef struct channel {
    double scale;
    int64_t bias;
    int8_t weights[];
} channel;

/* x to the nearest whole number, halves away from zero, within [low, high]. */
static int32_t rounded(double x, int32_t low, int32_t high)
{
    if (x >= high)
        return high;
    if (x <= low)
        return low;
    const int32_t whole = (int32_t)x;
    const double rest = x - whole;
    return whole + (rest >= 0.5) - (rest <= -0.5);
}

static void one_vector(const ingot_fully_connected *k, const int16_t *in, int16_t *out, const int32_t *clamps)
{
    const unsigned record = sizeof(channel) + (k->depth + 7) / 8 * 8;
    const char *at = (const char *)(clamps + 4);
    for (unsigned c = 0; c < k->channels; c++, at += record) {
        const channel *one = (const channel *)at;
        const double sum = (double)ingot_dot_s16_s8(one->bias, in, one->weights, k->depth);
        *out++ = (int16_t)rounded(sum * one->scale, clamps[0], clamps[1]);
    }
}

INGOT_FULLY_CONNECTED(fully_connected_s16, int16_t)
