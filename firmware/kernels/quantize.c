#include "quantize.h"

#include "vector.h"

/* Calls run(params, in, out, elements) for n rows from row y. */
INGOT_INLINE void walk(const ingot_quantize *k, const void *in, unsigned in_size, void *out, unsigned out_size,
                       const void *params, unsigned y, unsigned n,
                       void (*run)(const void *, const void *, void *, unsigned))
{
    for (; n; n--, y++)
        run(params, (const char *)in + ingot_row_offset(y, k->in_ring, k->row_elements * in_size),
            (char *)out + ingot_row_offset(y, k->out_ring, k->row_elements * out_size), k->row_elements);
}

/* round(x / scale), ties away from zero, limited to 24 bits, which is beyond every clamp. */
INGOT_INLINE int32_t nearest(float x, const ingot_quantize_params *p)
{
    float q = x / p->scale;
    q = q > 8388608.0f ? 8388608.0f : q > -8388608.0f ? q : -8388608.0f;
    int32_t whole = (int32_t)q;
    float rest = q - (float)whole;
    return whole + (rest >= 0.5f) - (rest <= -0.5f);
}

#if INGOT_MVE

/* round(x / scale) on four lanes. One Newton step makes the product with the inverse the quotient of a division. */
INGOT_INLINE int32x4_t nearest_x4(float32x4_t x, const ingot_quantize_params *p)
{
    float32x4_t q = vmulq_n_f32(x, p->inverse);
    float32x4_t rest = vfmaq_n_f32(x, q, -p->scale);
    return vcvtaq_s32_f32(vfmaq_n_f32(q, rest, p->inverse));
}

/* 16 numbers to 16-bit lanes: numbers 0, 2, ... of each quadruple in *even, 1, 3, ... in *odd. */
INGOT_INLINE void nearest_x16(const float *in, const ingot_quantize_params *p, int16x8_t *even, int16x8_t *odd)
{
    float32x4x4_t x = vld4q_f32(in);
    int16x8_t none = vuninitializedq_s16();
    *even = vqmovntq_s32(vqmovnbq_s32(none, nearest_x4(x.val[0], p)), nearest_x4(x.val[2], p));
    *odd = vqmovntq_s32(vqmovnbq_s32(none, nearest_x4(x.val[1], p)), nearest_x4(x.val[3], p));
    *even = vqaddq_n_s16(*even, (int16_t)p->zero_point);
    *odd = vqaddq_n_s16(*odd, (int16_t)p->zero_point);
}

#endif

static void quantize_f32_s8(const void *params, const void *source, void *target, unsigned n)
{
    const ingot_quantize_params copy = *(const ingot_quantize_params *)params, *p = &copy;
    const float *in = source;
    int8_t *out = target;
#if INGOT_MVE
    for (; n >= 16; n -= 16, in += 16, out += 16) {
        int16x8_t even, odd;
        nearest_x16(in, p, &even, &odd);
        vst1q_s8(out, vqmovntq_s16(vqmovnbq_s16(vuninitializedq_s8(), even), odd));
    }
#endif
    while (n--)
        *out++ = (int8_t)ingot_clamp(nearest(*in++, p) + p->zero_point, INT8_MIN, INT8_MAX);
}

static void quantize_f32_u8(const void *params, const void *source, void *target, unsigned n)
{
    const ingot_quantize_params copy = *(const ingot_quantize_params *)params, *p = &copy;
    const float *in = source;
    uint8_t *out = target;
#if INGOT_MVE
    for (; n >= 16; n -= 16, in += 16, out += 16) {
        int16x8_t even, odd;
        nearest_x16(in, p, &even, &odd);
        vst1q_u8(out, vqmovuntq_s16(vqmovunbq_s16(vuninitializedq_u8(), even), odd));
    }
#endif
    while (n--)
        *out++ = (uint8_t)ingot_clamp(nearest(*in++, p) + p->zero_point, 0, UINT8_MAX);
}

static void quantize_f32_s16(const void *params, const void *source, void *target, unsigned n)
{
    const ingot_quantize_params *p = params;
    const float *in = source;
    int16_t *out = target;
    while (n--)
        *out++ = (int16_t)ingot_clamp(nearest(*in++, p) + p->zero_point, INT16_MIN, INT16_MAX);
}

/* One number from one scale to another. */
INGOT_INLINE int32_t rescale(int32_t x, const ingot_requantize_params *p)
{
    return ingot_requantize(x - p->in_zero_point, p->multiplier, p->shift) + p->out_zero_point;
}

#define REQUANTIZE(name, in_type, out_type, lo, hi)                                                                   \
    static void name(const void *params, const void *source, void *target, unsigned n)                               \
    {                                                                                                                 \
        const in_type *in = source;                                                                                   \
        out_type *out = target;                                                                                       \
        while (n--)                                                                                                   \
            *out++ = (out_type)ingot_clamp(rescale(*in++, params), lo, hi);                                           \
    }

REQUANTIZE(requantize_s16_s8, int16_t, int8_t, INT8_MIN, INT8_MAX)
REQUANTIZE(requantize_s16_s16, int16_t, int16_t, INT16_MIN, INT16_MAX)
REQUANTIZE(requantize_s16_s32, int16_t, int32_t, INT32_MIN, INT32_MAX)
REQUANTIZE(requantize_s32_s8, int32_t, int8_t, INT8_MIN, INT8_MAX)
REQUANTIZE(requantize_s32_s16, int32_t, int16_t, INT16_MIN, INT16_MAX)

#define DEQUANTIZE(name, in_type, wide)                                                                                  \
    static void name(const void *params, const void *source, void *target, unsigned n)                               \
    {                                                                                                                 \
        const ingot_dequantize_params *p = params;                                                                    \
        const in_type *in = source;                                                                                   \
        float *out = target;                                                                                          \
        while (n--)                                                                                                   \
            *out++ = (float)((wide)p->scale * (wide)(*in++ - p->zero_point));                                                      \
    }

DEQUANTIZE(dequantize_s16_f32, int16_t, float)
DEQUANTIZE(dequantize_s32_f32, int32_t, double) /* so that it rounds once */

#define KERNEL(name, in_type, out_type)                                                                               \
    void ingot_##name(const ingot_quantize *k, const in_type *in, out_type *out, const void *params, unsigned y,      \
                      unsigned n)                                                                                     \
    {                                                                                                                 \
        walk(k, in, sizeof(in_type), out, sizeof(out_type), params, y, n, name);                                      \
    }

KERNEL(quantize_f32_s8, float, int8_t)
KERNEL(quantize_f32_u8, float, uint8_t)
KERNEL(quantize_f32_s16, float, int16_t)
KERNEL(requantize_s16_s8, int16_t, int8_t)
KERNEL(requantize_s16_s16, int16_t, int16_t)
KERNEL(requantize_s16_s32, int16_t, int32_t)
KERNEL(requantize_s32_s8, int32_t, int8_t)
KERNEL(requantize_s32_s16, int32_t, int16_t)
KERNEL(dequantize_s16_f32, int16_t, float)
KERNEL(dequantize_s32_f32, int32_t, float)
