/* SPDX-License-Identifier: Apache-2.0 */
#include "quantize.h"

#include "vector.h"

/* Calls run(params, in, out, elements) for n rows from row y. */
INGOT_INLINE void walk(const ingot_quantize *k, const void *in, unsigned in_size, void *out, unsigned out_size,
                       const void *params, unsigned y, unsigned n,
                       void (*run)(const void *, const void *, void *, unsigned))
{
    unsigned elements = k->row_elements;
    if (!(k->in_ring | k->out_ring)) { /* rows that touch are one long row */
        elements *= n;
        n = n ? 1 : 0;
    }
    for (; n; n--, y++)
        run(params, (const char *)in + ingot_row_offset(y, k->in_ring, k->row_elements * in_size),
            (char *)out + ingot_row_offset(y, k->out_ring, k->row_elements * out_size), elements);
}

/* round(x / scale), ties away from zero, limited to 24 bits, which is beyond every clamp. */
INGOT_INLINE int32_t nearest(float x, const ingot_quantize_params *p)
{
    float q = x / p->scale;
    if (ingot_is_nan(q))
        return 0; /* NaN, as VCVT converts it */
    q = q > 8388608.0f ? 8388608.0f : q > -8388608.0f ? q : -8388608.0f;
    int32_t whole = (int32_t)q;
    float rest = q - (float)whole;
    return whole + (rest >= 0.5f) - (rest <= -0.5f);
}

#if INGOT_MVE

/* n / 16 times 16 numbers. One Newton step makes the product with the inverse the quotient that a division gives:
 * q = x * inverse; q += (x - q * scale) * inverse, with fused multiplications. q is limited to 23 bits in between, so
 * that an infinite one stays infinite instead of becoming NaN. VCVTA saturates and makes 0 of NaN. narrow: VQMOVN or
 * VQMOVUN. */
#define QUANTIZE_16(in, out, n, p, narrow)                                                                            \
    do {                                                                                                              \
        const float *from = INGOT_ALIGNED(in);                                                                        \
        void *to = (out);                                                                                             \
        const float minus_scale = -(p)->scale;                                                                        \
        uint32_t inverse, minus;                                                                                      \
        memcpy(&inverse, &(p)->inverse, 4);                                                                           \
        memcpy(&minus, &minus_scale, 4);                                                                              \
        __asm volatile("vmov.i32 q6, #0x4b000000\n" /* 2^23 */                                                        \
                       "vmov.i32 q7, #0xcb000000\n"                                                                   \
                       "wls lr, %[times], 2f\n"                                                                       \
                       "1:\n"                                                                                         \
                       "vld40.32 {q0, q1, q2, q3}, [%[from]]\n"                                                       \
                       "vld41.32 {q0, q1, q2, q3}, [%[from]]\n"                                                       \
                       "vld42.32 {q0, q1, q2, q3}, [%[from]]\n"                                                       \
                       "vld43.32 {q0, q1, q2, q3}, [%[from]]!\n"                                                      \
                       "vmul.f32 q4, q0, %[inverse]\n"                                                                \
                       "vminnm.f32 q4, q4, q6\n"                                                                      \
                       "vmaxnm.f32 q4, q4, q7\n"                                                                      \
                       "vmul.f32 q5, q1, %[inverse]\n"                                                                \
                       "vminnm.f32 q5, q5, q6\n"                                                                      \
                       "vmaxnm.f32 q5, q5, q7\n"                                                                      \
                       "vfma.f32 q0, q4, %[minus]\n"                                                                  \
                       "vfma.f32 q1, q5, %[minus]\n"                                                                  \
                       "vfma.f32 q4, q0, %[inverse]\n"                                                                \
                       "vfma.f32 q5, q1, %[inverse]\n"                                                                \
                       "vcvta.s32.f32 q4, q4\n"                                                                       \
                       "vmul.f32 q0, q2, %[inverse]\n"                                                                \
                       "vminnm.f32 q0, q0, q6\n"                                                                      \
                       "vmaxnm.f32 q0, q0, q7\n"                                                                      \
                       "vcvta.s32.f32 q5, q5\n"                                                                       \
                       "vmul.f32 q1, q3, %[inverse]\n"                                                                \
                       "vminnm.f32 q1, q1, q6\n"                                                                      \
                       "vmaxnm.f32 q1, q1, q7\n"                                                                      \
                       "vqmovnb.s32 q4, q4\n"                                                                         \
                       "vfma.f32 q2, q0, %[minus]\n"                                                                  \
                       "vqmovnb.s32 q5, q5\n"                                                                         \
                       "vfma.f32 q3, q1, %[minus]\n"                                                                  \
                       "vfma.f32 q0, q2, %[inverse]\n"                                                                \
                       "vfma.f32 q1, q3, %[inverse]\n"                                                                \
                       "vcvta.s32.f32 q0, q0\n"                                                                       \
                       "vcvta.s32.f32 q1, q1\n"                                                                       \
                       "vqmovnt.s32 q4, q0\n"                                                                         \
                       "vqmovnt.s32 q5, q1\n"                                                                         \
                       "vqadd.s16 q4, q4, %[zero]\n"                                                                  \
                       "vqadd.s16 q5, q5, %[zero]\n"                                                                  \
                       narrow "b.s16 q0, q4\n"                                                                        \
                       narrow "t.s16 q0, q5\n"                                                                        \
                       "vstrb.8 q0, [%[to]], #16\n"                                                                   \
                       "le lr, 1b\n"                                                                                  \
                       "2:\n"                                                                                         \
                       : [from] "+r"(from), [to] "+l"(to)                                                             \
                       : [times] "r"((n) / 16), [inverse] "r"(inverse), [minus] "r"(minus),                           \
                         [zero] "r"((p)->zero_point)                                                                  \
                       : "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "lr", "memory");                                         \
        (in) += (n) & ~15u;                                                                                           \
        (out) += (n) & ~15u;                                                                                          \
        (n) &= 15u;                                                                                                   \
    } while (0)

#endif

static void quantize_f32_s8(const void *params, const void *source, void *target, unsigned n)
{
    const ingot_quantize_params copy = *(const ingot_quantize_params *)params, *p = &copy;
    const float *in = source;
    int8_t *out = target;
#if INGOT_MVE
    QUANTIZE_16(in, out, n, p, "vqmovn");
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
    QUANTIZE_16(in, out, n, p, "vqmovun");
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
