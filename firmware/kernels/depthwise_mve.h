/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of depthwise convolutions with Helium: sixteen input channels at a time, a list of the taps. */
#ifndef INGOT_DEPTHWISE_MVE_H
#define INGOT_DEPTHWISE_MVE_H

#include "depthwise_window.h"
#ifdef INGOT_DEPTHWISE_OFFSET
#include "depthwise_offset_mve.h"
#else
#include "depthwise_sixteen_mve.h"
#endif

/* The first `count` of sixteen bytes (more count as sixteen) to places `apart` bytes apart. */
INGOT_INLINE void ingot_depthwise_store(int8_t *to, int8x16_t values, unsigned apart, unsigned count)
{
    if (apart == 1) {
        vstrbq_p_s8(to, values, vctp8q(count));
    } else if (15 * apart < 256) {
        vstrbq_scatter_offset_p_s8(to, vmulq_n_u8(vidupq_n_u8(0, 1), (uint8_t)apart), values, vctp8q(count));
    } else {
        int8_t each[16];
        vst1q_s8(each, values);
        for (unsigned i = 0; i < 16 && i < count; i++, to += apart)
            *to = each[i];
    }
}

/* Moves the taps on; those of rows outside the image stay. `count` is a multiple of four. */
INGOT_INLINE void ingot_depthwise_advance(const int8_t *taps[], unsigned count, const int8_t *zeros, unsigned bytes)
{
    int32_t *places = (int32_t *)taps; /* compilers do not agree on the type of what is added to unsigned lanes */
    for (; count; count -= 4, places += 4) {
        const int32x4_t at = vld1q_s32(INGOT_ALIGNED(places));
        vst1q_s32(INGOT_ALIGNED(places), vaddq_m_n_s32(at, at, (int32_t)bytes, vcmpneq_n_s32(at, (int32_t)zeros)));
    }
}

/* One row of one image. */
INGOT_INLINE void ingot_depthwise_row_mve(const ingot_depthwise *k, const int8_t *image, int8_t *to,
                                    const ingot_mac_params *p, int y)
{
    const unsigned count = k->kernel_h * k->kernel_w, listed = (count + 3) / 4 * 4, multiplier = k->multiplier;
    const unsigned group_bytes = ingot_depthwise_group_bytes(k);
    const unsigned room = (k->together * k->in_c + 15u) / 16 * 16;
    const int8_t *taps[listed];
    int8_t zeros[room];
    int first, inside;
    ingot_depthwise_loop loop;
    ingot_depthwise_begin(&loop, p, count);
    ingot_depthwise_inside(k, k->kernel_w, &first, &inside);
    memset(zeros, p->in_zero, room);
    memset(taps, 0, sizeof taps);
    for (int x = 0; x < k->out_w;) {
        /* Neighbours inside count as one pixel of more channels: the block repeats its weights. */
        const int left = x < first ? 0 : first + inside - x;
        const int together = left <= 0 ? 1 : left < k->together ? left : k->together;
        const unsigned extent = (unsigned)together * k->in_c;
        int pixels = left <= 0 ? 1 : left / together;
        ingot_depthwise_taps(k, k->in_c, image, y, x, zeros, taps);
        for (x += pixels * together; pixels; pixels--, to += extent * multiplier) {
            const int8_t *group = (const int8_t *)(p + 1);
            for (int8_t *set = to; set < to + multiplier; set++) {
                int8_t *at = set;
                for (unsigned c = 0; c < extent; c += 16, group += group_bytes, at += 16 * multiplier)
                    ingot_depthwise_store(at, ingot_depthwise_sixteen(&loop, taps, count, c, group), multiplier,
                                          extent - c);
            }
            ingot_depthwise_advance(taps, listed, zeros, k->stride_w * extent);
        }
    }
}

#endif
