/* SPDX-License-Identifier: Apache-2.0 */
#include "resize_even.h"

#include "requantize_even.h"

/* The two neighbours of a position and their weights. */
typedef struct neighbours {
    unsigned first, second;
    float of_first, of_second;
} neighbours;

static float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float length(float x)
{
    return x < 0 ? -x : x;
}

static neighbours near(unsigned i, uint32_t half_bits, uint32_t times, uint32_t by, unsigned size)
{
    const float half = from_bits(half_bits), last = (float)(size - 1);
    float at = ((float)i + half) * from_bits(times) / from_bits(by) - half;
    neighbours found;
    at = at < 0 ? 0 : at > last ? last : at;
    found.first = (unsigned)(int32_t)at;
    found.second = found.first + 1 < size ? found.first + 1 : found.first;
    found.of_first = found.of_second = 0.5f; /* of one pixel twice */
    if (found.first != found.second) {
        found.of_first = length(at - (float)found.second);
        found.of_second = length(at - (float)found.first);
    }
    return found;
}

#if INGOT_MVE

/* sum / scale, rounded once: two corrections of a product with the inverse. The second is of a neighbour of the
 * quotient, so its rest is exact (Markstein). */
INGOT_INLINE float32x4_t quotients(float32x4_t sum, float scale, float inverse)
{
    float32x4_t found = vmulq_n_f32(sum, inverse);
    found = vfmaq_n_f32(found, vfmaq_n_f32(sum, found, -scale), inverse);
    return vfmaq_n_f32(found, vfmaq_n_f32(sum, found, -scale), inverse);
}

INGOT_INLINE float32x4_t part(int32x4_t codes, const ingot_resize_even_params *p, float weight)
{
    return vmulq_n_f32(vmulq_n_f32(vcvtq_f32_s32(vsubq_n_s32(codes, p->zero_in)), p->scale_in), weight);
}

INGOT_INLINE int32x4_t rounded(float32x4_t sum, const ingot_resize_even_params *p)
{
    const int32x4_t codes = vaddq_n_s32(vcvtnq_s32_f32(quotients(sum, p->scale, p->inverse)), p->zero);
    return vmaxq_s32(vminq_s32(codes, vdupq_n_s32(p->high)), vdupq_n_s32(p->low));
}

#define FOUR(load)                                                                                                     \
    rounded(vaddq_f32(vaddq_f32(vaddq_f32(part(load(p0), p, w[0]), part(load(p1), p, w[1])), part(load(p2), p, w[2])), \
                      part(load(p3), p, w[3])),                                                                        \
            p)

#define LOAD_S8(from) vldrbq_z_s32(from, lanes)
#define LOAD_S16(from) vldrhq_z_s32(INGOT_ALIGNED(from), lanes)
#define STORE_S8(to, codes) vstrbq_p_s32(to, codes, lanes)
#define STORE_S16(to, codes) vstrhq_p_s32(INGOT_ALIGNED(to), codes, lanes)

#define PIXEL(name, type, load, store)                                                                                 \
    INGOT_INLINE void pixel_##name(const ingot_resize_even_params *p, const type *p0, const type *p1, const type *p2,  \
                                   const type *p3, const float *w, type *out, unsigned channels)                       \
    {                                                                                                                  \
        for (int left = (int)channels; left > 0; left -= 4, p0 += 4, p1 += 4, p2 += 4, p3 += 4, out += 4) {            \
            const mve_pred16_t lanes = vctp32q((uint32_t)left);                                                        \
            store(out, FOUR(load));                                                                                    \
        }                                                                                                              \
    }

PIXEL(s8, int8_t, LOAD_S8, STORE_S8)
PIXEL(s16, int16_t, LOAD_S16, STORE_S16)

#else

#define PIXEL(name, type)                                                                                              \
    INGOT_INLINE void pixel_##name(const ingot_resize_even_params *p, const type *p0, const type *p1, const type *p2,  \
                                   const type *p3, const float *w, type *out, unsigned channels)                       \
    {                                                                                                                  \
        for (unsigned c = 0; c < channels; c++) {                                                                      \
            float sum = (float)(p0[c] - p->zero_in) * p->scale_in * w[0];                                              \
            sum += (float)(p1[c] - p->zero_in) * p->scale_in * w[1];                                                   \
            sum += (float)(p2[c] - p->zero_in) * p->scale_in * w[2];                                                   \
            sum += (float)(p3[c] - p->zero_in) * p->scale_in * w[3];                                                   \
            out[c] = (type)ingot_clamp(ingot_nearest_even(sum / p->scale) + p->zero, p->low, p->high);                 \
        }                                                                                                              \
    }

PIXEL(s8, int8_t)
PIXEL(s16, int16_t)

#endif

#define RESIZE(name, type)                                                                                            \
    static void line_##name(const ingot_resize_even *k, const ingot_resize_even_params *given, const type *top,       \
                            const type *bottom, const neighbours *rows, type *out)                                    \
    {                                                                                                                 \
        const ingot_resize_even_params p = *given; /* out may not alias it */                                         \
        const unsigned channels = k->channels;                                                                        \
        for (unsigned x = 0; x < k->out_width; x++, out += channels) {                                                \
            const neighbours at = near(x, k->half, k->x_times, k->x_by, k->in_width);                                 \
            const unsigned left = at.first * channels, right = at.second * channels;                                  \
            const float w[4] = {at.of_first * rows->of_first, at.of_second * rows->of_first,                          \
                                at.of_first * rows->of_second, at.of_second * rows->of_second};                       \
            pixel_##name(&p, top + left, top + right, bottom + left, bottom + right, w, out, channels);               \
        }                                                                                                             \
    }                                                                                                                 \
                                                                                                                      \
    void ingot_resize_even_##name(const ingot_resize_even *k, const type *in, type *out, const void *params,          \
                                  unsigned y, unsigned n)                                                             \
    {                                                                                                                 \
        const unsigned in_row = (unsigned)k->in_width * k->channels, out_row = (unsigned)k->out_width * k->channels;  \
        for (unsigned batch = 0; batch < k->batches; batch++) {                                                       \
            for (unsigned i = 0; i < n * k->image_rows; i++) {                                                        \
                const unsigned row = y * k->image_rows + i;                                                           \
                const neighbours at = near(row, k->half, k->y_times, k->y_by, k->in_height);                          \
                line_##name(k, params, in + ingot_row_offset(at.first, k->in_ring, in_row),                           \
                            in + ingot_row_offset(at.second, k->in_ring, in_row), &at,                                \
                            out + ingot_row_offset(row, k->out_ring, out_row));                                       \
            }                                                                                                         \
            in += in_row * k->in_height;                                                                              \
            out += out_row * k->image_rows;                                                                           \
        }                                                                                                             \
    }

RESIZE(s8, int8_t)
RESIZE(s16, int16_t)
