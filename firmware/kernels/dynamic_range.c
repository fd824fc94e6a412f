/* SPDX-License-Identifier: Apache-2.0 */
#include "dynamic_range.h"

/* The smallest and the largest of n numbers and 0. NaN is neither. */
static void extremes(const float *in, uint32_t n, float *smallest, float *largest)
{
    float low = 0.0f, high = 0.0f;
#if INGOT_MVE
    float32x4_t lows = vdupq_n_f32(0.0f), highs = lows;
    for (; n >= 4; n -= 4, in += 4) {
        const float32x4_t x = vld1q_f32(INGOT_ALIGNED(in));
        lows = vminnmq_f32(lows, x);
        highs = vmaxnmq_f32(highs, x);
    }
    low = vminnmvq_f32(low, lows);
    high = vmaxnmvq_f32(high, highs);
#endif
    for (; n; n--, in++) {
        low = *in < low ? *in : low;
        high = *in > high ? *in : high;
    }
    *smallest = low;
    *largest = high;
}

/* Halves away from zero; |x| is far below 2^31. */
static int32_t nearest(double x)
{
    const int32_t whole = (int32_t)x;
    const double rest = x - whole;
    return whole + (rest >= 0.5) - (rest <= -0.5);
}

static ingot_dynamic_scale asymmetric(float smallest, float largest)
{
    const double scale = (double)(largest - smallest) / 255.0, low = smallest / scale, high = largest / scale;
    const double zero = 128.0 - low < 127.0 + high ? -128.0 - low : 127.0 - high;
    const float step = (float)scale;
    const int32_t whole = zero <= -128.0 ? -128 : zero >= 127.0 ? 127 : nearest(zero);
    return (ingot_dynamic_scale){step, step > 0.0f ? 1.0f / step : 0.0f, whole};
}

static ingot_dynamic_scale symmetric(float smallest, float largest)
{
    const float range = -smallest > largest ? -smallest : largest;
    return (ingot_dynamic_scale){range / 127.0f, 127.0f / range, 0};
}

void ingot_dynamic_range_f32(const ingot_dynamic_range *k, const float *in, ingot_dynamic_scale *out, const void *params,
                             unsigned y, unsigned n)
{
    const uint32_t flags = *(const uint32_t *)params;
    unsigned zeros = 0;
    (void)y;
    (void)n;
    for (unsigned group = 0; group < k->groups; group++, in += k->elements) {
        float smallest, largest;
        extremes(in, k->elements, &smallest, &largest);
        if (smallest == largest) {
            out[group] = (ingot_dynamic_scale){1.0f, 0.0f, 0};
            zeros++;
        } else {
            out[group] = flags & INGOT_DYNAMIC_ASYMMETRIC ? asymmetric(smallest, largest) : symmetric(smallest, largest);
        }
    }
    if (flags & INGOT_DYNAMIC_MARKS_ZEROS && zeros == k->groups)
        for (unsigned group = 0; group < k->groups; group++)
            out[group].scale = -0.0f;
}

/* n numbers of one group: halves away from zero. Beyond the range they saturate; NaN is 0. */
static void quantize(const float *in, int8_t *out, uint32_t n, const ingot_dynamic_scale *scale, int32_t low)
{
#if INGOT_MVE
    const int32x4_t lows = vdupq_n_s32(low), highs = vdupq_n_s32(127);
    for (int32_t left = (int32_t)n; left > 0; left -= 4, in += 4, out += 4) {
        const mve_pred16_t inside = vctp32q((uint32_t)left);
        const float32x4_t x = vldrwq_z_f32(INGOT_ALIGNED(in), inside);
        const int32x4_t q = vqaddq_n_s32(vcvtaq_s32_f32(vmulq_n_f32(x, scale->inverse)), scale->zero);
        vstrbq_p_s32(out, vminq_s32(vmaxq_s32(q, lows), highs), inside);
    }
#else
    for (; n; n--, in++, out++) {
        float q = *in * scale->inverse;
        q = ingot_is_nan(q) ? 0.0f : q > 300.0f ? 300.0f : q > -300.0f ? q : -300.0f;
        const int32_t whole = (int32_t)q;
        const float rest = q - (float)whole;
        *out = (int8_t)ingot_clamp(whole + (rest >= 0.5f) - (rest <= -0.5f) + scale->zero, low, 127);
    }
#endif
}

void ingot_dynamic_range_quantize_f32(const ingot_dynamic_range_quantize *k, const float *in,
                                      const ingot_dynamic_scale *scales, int8_t *out, const void *params, unsigned y,
                                      unsigned n)
{
    const int32_t low = *(const int32_t *)params;
    for (; n; n--, y++) {
        const float *from = in + ingot_row_offset(y, k->in0_ring, k->row_elements);
        int8_t *to = out + ingot_row_offset(y, k->out_ring, k->row_elements);
        /* A row may have several groups, and a group several rows. */
        uint32_t group = y * k->row_elements / k->elements, before = y * k->row_elements % k->elements;
        for (uint32_t left = k->row_elements, count; left; left -= count, from += count, to += count, group++) {
            count = k->elements - before < left ? k->elements - before : left;
            before = 0;
            quantize(from, to, count, &scales[group], low);
        }
    }
}
