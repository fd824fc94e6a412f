#include "fully_connected.h"

typedef struct channel {
    double scale;
    int64_t bias;
    int8_t weights[];
} channel;

#if INGOT_MVE
static int64_t dot(const int16_t *in, const int8_t *weights, unsigned depth, int64_t sum)
{
    for (int left = (int)depth; left > 0; left -= 8, in += 8, weights += 8) {
        const mve_pred16_t some = vctp16q((uint32_t)left);
        sum = vmlaldavaq_p_s16(sum, vldrhq_z_s16(in, some), vldrbq_z_s16(weights, some), some);
    }
    return sum;
}
#else
static int64_t dot(const int16_t *in, const int8_t *weights, unsigned depth, int64_t sum)
{
    /* A product has 23 bits, so 256 of them fit 32. */
    for (unsigned i = 0; i < depth;) {
        int32_t part = 0;
        for (const unsigned end = depth - i > 256 ? i + 256 : depth; i < end; i++)
            part += in[i] * weights[i];
        sum += part;
    }
    return sum;
}
#endif

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
        const double sum = (double)dot(in, one->weights, k->depth, one->bias);
        *out++ = (int16_t)rounded(sum * one->scale, clamps[0], clamps[1]);
    }
}

INGOT_FULLY_CONNECTED(fully_connected_s16, int16_t)
