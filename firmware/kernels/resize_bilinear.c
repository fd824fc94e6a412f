/* SPDX-License-Identifier: Apache-2.0 */
#include "resize_bilinear.h"

#include "vector.h"

#define ONE 1024

/* The two neighbours of a position and how far it is from the first. */
typedef struct neighbours {
    int32_t first, second, fraction;
} neighbours;

static neighbours near(int32_t position, int32_t size)
{
    neighbours at;
    at.first = position / ONE < 0 ? 0 : position / ONE;
    at.second = (position + ONE - 1) / ONE;
    if (at.second > size - 1)
        at.second = size - 1;
    at.fraction = position - at.first * ONE;
    return at;
}

#if INGOT_MVE

/* Eight and four channels from the four neighbours, whose weights add up to 2^6 and 2^20. Negative sums are lowered by
 * one first, because VRSHR rounds ties up. Reads may go up to seven bytes too far. */
INGOT_INLINE int16x8_t blend_x8(const int8_t *p0, const int8_t *p1, const int8_t *p2, const int8_t *p3, const int32_t *w)
{
    int16x8_t sum = vmulq_n_s16(vldrbq_s16(p0), (int16_t)w[0]);
    sum = vmlaq_n_s16(sum, vldrbq_s16(p1), (int16_t)w[1]);
    sum = vmlaq_n_s16(sum, vldrbq_s16(p2), (int16_t)w[2]);
    sum = vmlaq_n_s16(sum, vldrbq_s16(p3), (int16_t)w[3]);
    return vrshrq_n_s16(vaddq_s16(sum, vshrq_n_s16(sum, 15)), 6);
}

INGOT_INLINE int32x4_t blend_x4(const int8_t *p0, const int8_t *p1, const int8_t *p2, const int8_t *p3, const int32_t *w)
{
    int32x4_t sum = vmulq_n_s32(vldrbq_s32(p0), w[0]);
    sum = vmlaq_n_s32(sum, vldrbq_s32(p1), w[1]);
    sum = vmlaq_n_s32(sum, vldrbq_s32(p2), w[2]);
    sum = vmlaq_n_s32(sum, vldrbq_s32(p3), w[3]);
    return vrshrq_n_s32(vaddq_s32(sum, vshrq_n_s32(sum, 31)), 20);
}

INGOT_INLINE void pixel_x8(const int8_t *p0, const int8_t *p1, const int8_t *p2, const int8_t *p3, const int32_t *w,
                           int8_t *out, unsigned channels)
{
    for (; channels >= 8; channels -= 8, p0 += 8, p1 += 8, p2 += 8, p3 += 8, out += 8)
        vstrbq_s16(out, blend_x8(p0, p1, p2, p3, w));
    if (channels)
        vstrbq_p_s16(out, blend_x8(p0, p1, p2, p3, w), vctp16q(channels));
}

INGOT_INLINE void pixel_x4(const int8_t *p0, const int8_t *p1, const int8_t *p2, const int8_t *p3, const int32_t *w,
                           int8_t *out, unsigned channels)
{
    for (; channels >= 4; channels -= 4, p0 += 4, p1 += 4, p2 += 4, p3 += 4, out += 4)
        vstrbq_s32(out, blend_x4(p0, p1, p2, p3, w));
    if (channels)
        vstrbq_p_s32(out, blend_x4(p0, p1, p2, p3, w), vctp32q(channels));
}

#endif

/* One output row from its two input rows. drop: how many bits of every weight are zero, of 20. */
static void line(const ingot_resize_bilinear *k, const int8_t *top, const int8_t *bottom, int32_t fraction, int8_t *out,
                 unsigned drop)
{
    int32_t position = k->x_start;
    const unsigned channels = k->channels;
    for (unsigned x = k->out_width; x; x--, position += k->x_scale, out += channels) {
        neighbours at = near(position, k->in_width);
        const unsigned left = (unsigned)at.first * channels, right = (unsigned)at.second * channels;
        const int8_t *p0 = top + left, *p1 = top + right, *p2 = bottom + left, *p3 = bottom + right;
        int32_t w[4];
        w[1] = (ONE - fraction) * at.fraction;
        w[0] = (ONE - fraction) * ONE - w[1];
        w[3] = fraction * at.fraction;
        w[2] = fraction * ONE - w[3];
#if INGOT_MVE
        if (drop >= 14) {
            for (int i = 0; i < 4; i++)
                w[i] >>= 14;
            pixel_x8(p0, p1, p2, p3, w, out, channels);
        } else {
            pixel_x4(p0, p1, p2, p3, w, out, channels);
        }
#else
        (void)drop;
        for (unsigned c = 0; c < channels; c++) {
            int32_t sum = p0[c] * w[0] + p1[c] * w[1] + p2[c] * w[2] + p3[c] * w[3];
            out[c] = (int8_t)((sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20));
        }
#endif
    }
}

/* How many low bits all positions of an axis lack, of the 10 of a fraction. */
static unsigned missing_bits(int32_t scale, int32_t start)
{
    return (unsigned)__builtin_ctz((unsigned)(scale | start | ONE));
}

void ingot_resize_bilinear_s8(const ingot_resize_bilinear *k, const int8_t *in, int8_t *out, const void *params,
                              unsigned y, unsigned n)
{
    const unsigned in_pitch = (unsigned)k->in_width * k->channels, out_pitch = (unsigned)k->out_width * k->channels;
    const unsigned drop = missing_bits(k->x_scale, k->x_start) + missing_bits(k->y_scale, k->y_start);
    (void)params;
    for (unsigned batch = 0; batch < k->batches; batch++) {
        for (unsigned i = 0; i < n * k->image_rows; i++) {
            const unsigned row = y * k->image_rows + i;
            neighbours at = near((int32_t)row * k->y_scale + k->y_start, k->in_height);
            line(k, in + ingot_row_offset((unsigned)at.first, k->in_ring, in_pitch),
                 in + ingot_row_offset((unsigned)at.second, k->in_ring, in_pitch), at.fraction,
                 out + ingot_row_offset(row, k->out_ring, out_pitch), drop);
        }
        in += in_pitch * k->in_height;
        out += out_pitch * k->image_rows;
    }
}

void ingot_resize_bilinear_s16(const ingot_resize_bilinear *k, const int16_t *in, int16_t *out, const void *params,
                               unsigned y, unsigned n)
{
    const unsigned in_pitch = (unsigned)k->in_width * k->channels, out_pitch = (unsigned)k->out_width * k->channels;
    (void)params;
    for (unsigned batch = 0; batch < k->batches; batch++) {
        for (unsigned i = 0; i < n * k->image_rows; i++) {
            const unsigned row = y * k->image_rows + i;
            const neighbours at = near((int32_t)row * k->y_scale + k->y_start, k->in_height);
            const int16_t *top = in + ingot_row_offset((unsigned)at.first, k->in_ring, in_pitch);
            const int16_t *bottom = in + ingot_row_offset((unsigned)at.second, k->in_ring, in_pitch);
            int16_t *to = out + ingot_row_offset(row, k->out_ring, out_pitch);
            int32_t position = k->x_start;
            for (unsigned x = k->out_width; x; x--, position += k->x_scale) {
                const neighbours beside = near(position, k->in_width);
                const unsigned left = (unsigned)beside.first * k->channels, right = (unsigned)beside.second * k->channels;
                for (unsigned c = 0; c < k->channels; c++) {
                    const int64_t upper = (int64_t)top[left + c] * (ONE - beside.fraction) +
                                          (int64_t)top[right + c] * beside.fraction;
                    const int64_t lower = (int64_t)bottom[left + c] * (ONE - beside.fraction) +
                                          (int64_t)bottom[right + c] * beside.fraction;
                    const int64_t sum = upper * (ONE - at.fraction) + lower * at.fraction;
                    *to++ = (int16_t)((sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20));
                }
            }
        }
        in += in_pitch * k->in_height;
        out += out_pitch * k->image_rows;
    }
}

/* floor() and ceil() of small numbers, without libm. */
static int32_t down(float x)
{
    int32_t i = (int32_t)x;
    return i - ((float)i > x);
}

static int32_t up(float x)
{
    int32_t i = (int32_t)x;
    return i + ((float)i < x);
}

static float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float near_f32(const ingot_resize_bilinear *k, unsigned i, uint32_t scale_bits, int32_t size, int32_t *first,
                      int32_t *second)
{
    float scale = from_bits(scale_bits);
    float at = k->half_pixel ? ((float)i + 0.5f) * scale - 0.5f : (float)i * scale;
    *first = down(at) < 0 ? 0 : down(at);
    *second = up(at) > size - 1 ? size - 1 : up(at);
    return at - (float)*first;
}

/* Of float32, and of uint8 with the same operations. offset: what LiteRT adds at the end, so that there is no -0.0 and
 * integers are rounded. */
#define REAL(name, type, offset)                                                                                      \
void ingot_resize_bilinear_##name(const ingot_resize_bilinear *k, const type *in, type *out, const void *params,      \
                                  unsigned y, unsigned n)                                                             \
{                                                                                                                     \
    const unsigned in_pitch = (unsigned)k->in_width * k->channels, out_pitch = (unsigned)k->out_width * k->channels;  \
    (void)params;                                                                                                     \
    for (unsigned batch = 0; batch < k->batches; batch++) {                                                           \
        for (unsigned i = 0; i < n * k->image_rows; i++) {                                                            \
            const unsigned row = y * k->image_rows + i;                                                               \
            int32_t y0, y1, x0, x1;                                                                                   \
            float v = near_f32(k, row, k->y_scale_bits, k->in_height, &y0, &y1);                                      \
            const type *top = in + ingot_row_offset((unsigned)y0, k->in_ring, in_pitch);                              \
            const type *bottom = in + ingot_row_offset((unsigned)y1, k->in_ring, in_pitch);                           \
            type *to = out + ingot_row_offset(row, k->out_ring, out_pitch);                                           \
            for (unsigned x = 0; x < k->out_width; x++) {                                                             \
                float u = near_f32(k, x, k->x_scale_bits, k->in_width, &x0, &x1);                                     \
                for (unsigned c = 0; c < k->channels; c++) {                                                          \
                    float a = (float)top[(unsigned)x0 * k->channels + c] * (1 - v) * (1 - u);                         \
                    float b = (float)bottom[(unsigned)x0 * k->channels + c] * v * (1 - u);                            \
                    float d = (float)top[(unsigned)x1 * k->channels + c] * (1 - v) * u;                               \
                    float e = (float)bottom[(unsigned)x1 * k->channels + c] * v * u;                                  \
                    *to++ = (type)(a + b + d + e + offset);                                                           \
                }                                                                                                     \
            }                                                                                                         \
        }                                                                                                             \
        in += in_pitch * k->in_height;                                                                                \
        out += out_pitch * k->image_rows;                                                                             \
    }                                                                                                                 \
}

REAL(f32, float, 0.0f)
REAL(u8, uint8_t, 0.5f)
