#include "depthwise_window.h"

static void row_portable(const ingot_depthwise *k, const int8_t *image, int8_t *to, const ingot_mac_params *p, int y)
{
    for (int x = 0; x < k->out_w; x++)
        for (unsigned c = 0; c < k->out_c; c++)
            *to++ = ingot_depthwise_value(k, image, p, y, x, c);
}

#if INGOT_MVE

/* Sixteen channels of one output pixel. The nine taps are pixels of their own, so edges are pixels of zero points.
 * VMULLB/VMULLT multiply the even/odd channels; two products are added in 16 bits before they are widened. */
typedef struct taps {
    const int8_t *at[9];
} taps;

typedef struct sums {
    int32x4_t a0, a2, a1, a3; /* channels 0 4 8 12, 2 6 10 14, 1 5 9 13, 3 7 11 15 */
} sums;

INGOT_INLINE sums widen(sums s, int16x8_t even, int16x8_t odd)
{
    s.a0 = vaddq_s32(s.a0, vmovlbq_s16(even));
    s.a2 = vaddq_s32(s.a2, vmovltq_s16(even));
    s.a1 = vaddq_s32(s.a1, vmovlbq_s16(odd));
    s.a3 = vaddq_s32(s.a3, vmovltq_s16(odd));
    return s;
}

INGOT_INLINE int32x4_t requantize(int32x4_t x, const int32_t *words, uint32_t flags)
{
    const int32x4_t multiplier = vld1q_s32(words + 16), shift = vld1q_s32(words + 32);
    if (!(flags & INGOT_MAC_RIGHT_SHIFTS)) {
        const int32x4_t zero = vdupq_n_s32(0), right = vminq_s32(shift, zero);
        x = vqrdmulhq_s32(vshlq_s32(x, vmaxq_s32(shift, zero)), multiplier);
        return vrshlq_s32(vqaddq_s32(x, vshrq_n_s32(vandq_s32(x, right), 31)), right);
    }
    x = vqrdmulhq_s32(x, multiplier);
    if (flags & INGOT_MAC_BELOW_ZERO)
        x = vaddq_s32(x, vshrq_n_s32(x, 31));
    return vrshlq_s32(x, shift);
}

/* All channels of one pixel. */
INGOT_INLINE void pixel(const taps *t, int8_t *to, int channels, const ingot_mac_params *p, uint32_t flags)
{
    const int8_t *p0 = t->at[0], *p1 = t->at[1], *p2 = t->at[2], *p3 = t->at[3], *p4 = t->at[4], *p5 = t->at[5],
                 *p6 = t->at[6], *p7 = t->at[7], *p8 = t->at[8];
    const int8_t *w = (const int8_t *)(p + 1);
    do {
        const int32_t *words = (const int32_t *)(w + 9 * 16);
        sums s = {vld1q_s32(words), vld1q_s32(words + 4), vld1q_s32(words + 8), vld1q_s32(words + 12)};
        int8x16_t x, f;
        int16x8_t even, odd;
#define FIRST(ptr, tap)                                       \
    x = vld1q_s8(ptr), ptr += 16, f = vld1q_s8(w + 16 * tap); \
    even = vmullbq_int_s8(x, f), odd = vmulltq_int_s8(x, f)
#define SECOND(ptr, tap)                                                                     \
    x = vld1q_s8(ptr), ptr += 16, f = vld1q_s8(w + 16 * tap);                                \
    even = vaddq_s16(even, vmullbq_int_s8(x, f)), odd = vaddq_s16(odd, vmulltq_int_s8(x, f)); \
    s = widen(s, even, odd)
        FIRST(p0, 0);
        SECOND(p1, 1);
        FIRST(p2, 2);
        SECOND(p3, 3);
        FIRST(p4, 4);
        SECOND(p5, 5);
        FIRST(p6, 6);
        SECOND(p7, 7);
        FIRST(p8, 8);
        s = widen(s, even, odd);
#undef FIRST
#undef SECOND
        s.a0 = requantize(s.a0, words, flags);
        s.a2 = requantize(s.a2, words + 4, flags);
        s.a1 = requantize(s.a1, words + 8, flags);
        s.a3 = requantize(s.a3, words + 12, flags);
        even = vqmovntq_s32(vqmovnbq_s32(vuninitializedq_s16(), s.a0), s.a2);
        odd = vqmovntq_s32(vqmovnbq_s32(vuninitializedq_s16(), s.a1), s.a3);
        even = vqaddq_n_s16(even, (int16_t)p->out_zero);
        odd = vqaddq_n_s16(odd, (int16_t)p->out_zero);
        x = vqmovntq_s16(vqmovnbq_s16(vuninitializedq_s8(), even), odd);
        x = vminq_s8(vmaxq_s8(x, vdupq_n_s8((int8_t)p->low)), vdupq_n_s8((int8_t)p->high));
        vstrbq_p_s8(to, x, vctp8q((uint32_t)channels));
        to += 16;
        w += 9 * 16 + 3 * 64;
        channels -= 16;
    } while (channels > 0);
}

static void row_helium(const ingot_depthwise *k, const int8_t *image, int8_t *to, const ingot_mac_params *p, int y)
{
    const int channels = k->out_c, pitch = k->in_w * channels;
    const int top = y * k->stride_h - k->pad_top;
    int8_t zeros[(channels + 15) / 16 * 16];
    const int8_t *lines[3];
    int steps[3];
    memset(zeros, p->in_zero, sizeof zeros);
    for (int i = 0; i < 3; i++) {
        const int in_y = top + i * k->dilation_h;
        const int inside = in_y >= 0 && in_y < k->in_h;
        lines[i] = inside ? image + ingot_row_offset(in_y, k->in_ring, pitch) - k->pad_left * channels : zeros;
        steps[i] = inside ? channels : 0;
    }
    for (int x = 0, left = -k->pad_left; x < k->out_w; x++, left += k->stride_w, to += channels) {
        taps t;
        for (int i = 0; i < 3; i++) {
            const int across = k->dilation_w * steps[i];
            t.at[3 * i] = left >= 0 ? lines[i] : zeros;
            t.at[3 * i + 1] = lines[i] + across;
            t.at[3 * i + 2] = lines[i] + 2 * across;
            lines[i] += k->stride_w * steps[i];
        }
        if (left < 0 || left + 2 * k->dilation_w >= k->in_w)
            for (int i = 0; i < 3; i++)
                for (int j = 0; j < 3; j++)
                    if (left + j * k->dilation_w < 0 || left + j * k->dilation_w >= k->in_w)
                        t.at[3 * i + j] = zeros;
        if (p->flags == INGOT_MAC_RIGHT_SHIFTS)
            pixel(&t, to, channels, p, INGOT_MAC_RIGHT_SHIFTS);
        else
            pixel(&t, to, channels, p, p->flags);
    }
}

#endif

void ingot_depthwise_3x3_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                            unsigned n)
{
    ingot_depthwise_row *row = row_portable;
#if INGOT_MVE
    if (!(((const ingot_mac_params *)params)->flags & INGOT_MAC_WIDE))
        row = row_helium;
#endif
    ingot_depthwise_rows(k, in, out, params, y, n, row);
}
