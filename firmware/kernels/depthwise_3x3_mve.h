/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of depthwise convolutions of 3x3 kernels and multiplier 1 with Helium. Included by one kernel's file each. */
#ifndef INGOT_DEPTHWISE_3X3_MVE_H
#define INGOT_DEPTHWISE_3X3_MVE_H

#include <stddef.h>

#include "depthwise_window.h"

#ifdef INGOT_DEPTHWISE_OFFSET
#include "depthwise_offset_pixel_mve.h"
#else
#include "depthwise_products.h"
#include "depthwise_3x3_pixel_mve.h"
#ifdef INGOT_EVEN
#include "depthwise_3x3_even_mve.h"
#endif
#endif

/* Pixels next to each other in a row. The nine taps are pixels of their own, so edges are pixels of zero points. */
typedef struct run {
    ingot_depthwise_range range; /* at the beginning */
    const int8_t *taps[9];
    int32_t advance[3]; /* from behind the channels of a tap to the next pixel's, for each row of the kernel */
    int32_t advance_to; /* the same for the output */
    const char *words; /* where r10 begins */
    uint32_t channels, pixels;
} run;

/* All pixels of a run. to: where the first one goes. */
#define PIXELS(name, SIXTEEN)                                                                                    \
    __attribute__((naked, noinline)) static void name(run *r __attribute__((unused)),                            \
                                                      int8_t *to __attribute__((unused)))                        \
    {                                                                                                            \
        __asm__ volatile("push {r0, r4-r11, lr} \n vpush {d8-d15} \n sub sp, %[room] + 48 \n mov r11, r1     \n"   \
                         "vldrb.8 q0, [r0] \n vldrb.8 q1, [r0, #16] \n vldrb.8 q2, [r0, #32]                \n"   \
                         "vstrb.8 q0, [sp, %[room]] \n vstrb.8 q1, [sp, %[room] + 16]                       \n"   \
                         "vstrb.8 q2, [sp, %[room] + 32]                                                    \n"   \
                         "add r0, r0, %[taps] \n ldm r0, {r0-r8}                                            \n"   \
                         INGOT_PIXEL_BEGIN                                                                       \
                         "1: ldr r12, [sp, %[room] + 112]                                                   \n"   \
                         "ldr r10, [r12, %[words]]                                                          \n"   \
                         "ldr lr, [r12, %[channels]]                                                        \n"   \
                         INGOT_PIXEL_LESS                                                                        \
                         "2:                                                                                \n"   \
                         SIXTEEN                                                                                 \
                         "bgt 2b                                                                            \n"   \
                         "ldr r12, [sp, %[room] + 112]                                                      \n"   \
                         "ldr lr, [r12, %[advance]]                                                         \n"   \
                         "add r0, r0, lr \n add r1, r1, lr \n add r2, r2, lr                                \n"   \
                         "ldr lr, [r12, %[advance] + 4]                                                     \n"   \
                         "add r3, r3, lr \n add r4, r4, lr \n add r5, r5, lr                                \n"   \
                         "ldr lr, [r12, %[advance] + 8]                                                     \n"   \
                         "add r6, r6, lr \n add r7, r7, lr                                                  \n"   \
                         INGOT_PIXEL_ADVANCE_NINTH                                                               \
                         "ldr lr, [r12, %[advance_to]]                                                      \n"   \
                         "add r11, r11, lr                                                                  \n"   \
                         "ldr lr, [r12, %[pixels]]                                                          \n"   \
                         "subs lr, lr, #1                                                                   \n"   \
                         "str lr, [r12, %[pixels]]                                                          \n"   \
                         "bne 1b                                                                            \n"   \
                         "add sp, %[room] + 48 \n vpop {d8-d15} \n pop {r0, r4-r11, pc}                     \n"   \
                         :                                                                                       \
                         : [taps] "i"(offsetof(run, taps)), [words] "i"(offsetof(run, words)),                   \
                           [channels] "i"(offsetof(run, channels)), [advance] "i"(offsetof(run, advance)),       \
                           [advance_to] "i"(offsetof(run, advance_to)), [pixels] "i"(offsetof(run, pixels)),     \
                           [room] "i"(INGOT_PIXEL_ROOM));                                                        \
    }

#ifdef INGOT_DEPTHWISE_TURNS
#include "depthwise_3x3_turns_mve.h"

/* The same where sixteen channels begin before those in front of them are done. lr: the channels that are left, less
 * sixteen. */
#define PIXELS_IN_TURNS(name, FORM)                                                                                    \
    __attribute__((naked, noinline)) static void name(run *r __attribute__((unused)),                                  \
                                                      int8_t *to __attribute__((unused)))                              \
    {                                                                                                                  \
        __asm__ volatile("push {r0, r4-r11, lr} \n vpush {d8-d15} \n sub sp, %[room] + 48 \n mov r11, r1     \n"       \
                         "vldrb.8 q0, [r0] \n vldrb.8 q1, [r0, #16] \n vldrb.8 q2, [r0, #32]                \n"        \
                         "vstrb.8 q0, [sp, %[room]] \n vstrb.8 q1, [sp, %[room] + 16]                       \n"        \
                         "vstrb.8 q2, [sp, %[room] + 32]                                                    \n"        \
                         "ldr r10, [r0, %[words]] \n ldr lr, [r0, %[channels]]                              \n"        \
                         "add r0, r0, %[taps] \n ldm r0, {r0-r8}                                            \n"        \
                         INGOT_PIXEL_BEGIN                                                                             \
                         INGOT_PIXEL_LESS                                                                              \
                         "1: subs lr, lr, #16                                                               \n"        \
                         INGOT_TURNS_##FORM##_HEAD                                                                     \
                         "ble 3f                                                                            \n"        \
                         "2:                                                                                \n"        \
                         INGOT_TURNS_##FORM##_MIDDLE                                                                   \
                         "bgt 2b                                                                            \n"        \
                         "3:                                                                                \n"        \
                         INGOT_TURNS_##FORM##_LAST                                                                     \
                         "bne 1b                                                                            \n"        \
                         "add sp, %[room] + 48 \n vpop {d8-d15} \n pop {r0, r4-r11, pc}                     \n"        \
                         :                                                                                       \
                         : [taps] "i"(offsetof(run, taps)), [words] "i"(offsetof(run, words)),                   \
                           [channels] "i"(offsetof(run, channels)), [advance] "i"(offsetof(run, advance)),       \
                           [advance_to] "i"(offsetof(run, advance_to)), [pixels] "i"(offsetof(run, pixels)),     \
                           [room] "i"(INGOT_PIXEL_ROOM));                                                           \
    }
#else
#define PIXELS_IN_TURNS(name, FORM) PIXELS(name, INGOT_PIXELS_##FORM)
#define INGOT_PIXELS_FULL_RANGE INGOT_PIXEL_FULL_RANGE
#define INGOT_PIXELS_SATURATED INGOT_PIXEL_SUMS INGOT_PIXEL_SATURATED
#define INGOT_PIXELS_AWAY INGOT_PIXEL_SUMS INGOT_PIXEL_AWAY
#endif

#if defined INGOT_DEPTHWISE_OFFSET
PIXELS(pixels_saturated, INGOT_PIXEL_SUMS INGOT_PIXEL_SATURATED)
PIXELS(pixels_round_away, INGOT_PIXEL_SUMS INGOT_PIXEL_ROUNDED(INGOT_DEPTHWISE_ROUND_AWAY))
PIXELS(pixels_round_any, INGOT_PIXEL_SUMS INGOT_PIXEL_ROUNDED(INGOT_DEPTHWISE_ROUND_ANY))

static void run_pixels(run *r, const ingot_mac_params *p, int8_t *to)
{
    INGOT_CHECK_ALIGNED(r->words, 4);
    if (!(p->flags & INGOT_MAC_RIGHT_SHIFTS))
        pixels_round_any(r, to);
    else if (p->out_zero == INT8_MIN && p->low == INT8_MIN && p->high == INT8_MAX)
        pixels_saturated(r, to);
    else
        pixels_round_away(r, to);
}
#elif defined INGOT_EVEN
PIXELS(pixels_full_range, INGOT_PIXEL_EVEN_FULL_RANGE)
PIXELS(pixels_even, INGOT_PIXEL_SUMS INGOT_PIXEL_EVEN)
PIXELS(pixels_round_even, INGOT_PIXEL_SUMS INGOT_PIXEL_ROUNDED(INGOT_DEPTHWISE_ROUND_EVEN))

static void run_pixels(run *r, const ingot_mac_params *p, int8_t *to)
{
    INGOT_CHECK_ALIGNED(r->words, 4);
    if (!(p->flags & INGOT_MAC_BIAS_IN_SUMS) || p->low != INT8_MIN || p->high != INT8_MAX)
        pixels_round_even(r, to);
    else if (p->out_zero == INT8_MIN && p->flags & INGOT_MAC_FITS_16)
        pixels_full_range(r, to);
    else
        pixels_even(r, to);
}
#else
PIXELS_IN_TURNS(pixels_full_range, FULL_RANGE)
PIXELS_IN_TURNS(pixels_saturated, SATURATED)
PIXELS_IN_TURNS(pixels_round_away, AWAY)
PIXELS(pixels_round_any, INGOT_PIXEL_SUMS INGOT_PIXEL_ROUNDED(INGOT_DEPTHWISE_ROUND_ANY))

static void run_pixels(run *r, const ingot_mac_params *p, int8_t *to)
{
    INGOT_CHECK_ALIGNED(r->words, 4);
    const int fits = (p->flags & INGOT_MAC_FITS_16) != 0;
    if (!(p->flags & INGOT_MAC_RIGHT_SHIFTS))
        pixels_round_any(r, to);
    else if (p->out_zero == INT8_MIN && p->low == INT8_MIN && p->high == INT8_MAX)
        fits ? pixels_full_range(r, to) : pixels_saturated(r, to);
    else
        fits ? pixels_round_away(r, to) : pixels_round_any(r, to);
}
#endif

/* What stays the same for all rows of a call. */
typedef struct plan {
    const ingot_depthwise *k;
    const ingot_mac_params *params;
    const int8_t *zeros; /* a pixel of zero points, or as many as run together */
    int first, inside;   /* the output pixels whose windows lie between the left and the right edge: first, count */
} plan;

/* Output pixels x, x + 1, ... of one row, as pixels of `together` times the channels. */
static int8_t *span(const plan *s, run *r, const int8_t *const lines[3], int8_t *to, int x, int pixels, int together)
{
    const ingot_depthwise *k = s->k;
    const int channels = k->out_c, extent = together * channels, padded = (extent + 15) / 16 * 16;
    const int left = x * k->stride_w - k->pad_left;
    const int8_t **tap = r->taps;
    for (int i = 0; i < 3; i++, tap += 3) {
        const int step = lines[i] ? channels : 0, across = k->dilation_w * step;
        tap[0] = (lines[i] ? lines[i] : s->zeros) + left * step;
        tap[1] = tap[0] + across;
        tap[2] = tap[1] + across;
        r->advance[i] = k->stride_w * together * step - padded;
    }
    if (x < s->first || x >= s->first + s->inside)
        for (int j = 0, column = left; j < 3; j++, column += k->dilation_w)
            if ((unsigned)column >= k->in_w)
                r->taps[j] = r->taps[j + 3] = r->taps[j + 6] = s->zeros;
    r->advance_to = extent - padded;
    r->channels = (uint32_t)extent;
    r->pixels = (uint32_t)pixels;
    run_pixels(r, s->params, to);
    return to + pixels * extent;
}

static void row_helium(const plan *s, run *r, const int8_t *image, int8_t *to, int y)
{
    const ingot_depthwise *k = s->k;
    const int8_t *lines[3]; /* the rows of the kernel; NULL outside the image */
    for (int i = 0; i < 3; i++) {
        const int in_y = y * k->stride_h - k->pad_top + i * k->dilation_h;
        lines[i] = (unsigned)in_y < k->in_h ? image + ingot_row_offset((unsigned)in_y, k->in_ring, k->in_w * k->in_c) : 0;
    }
    int x = 0;
    while (x < s->first)
        to = span(s, r, lines, to, x++, 1, 1);
    /* Neighbours count as one pixel of more channels: the block repeats its weights. */
    for (int left = s->inside, together = k->together; left; together = left) {
        const int pixels = together == 1 ? left : left / together;
        if (!pixels)
            continue;
        to = span(s, r, lines, to, x, pixels, together);
        x += pixels * together;
        left -= pixels * together;
    }
    while (x < k->out_w)
        to = span(s, r, lines, to, x++, 1, 1);
}

static void rows_helium(const ingot_depthwise *k, const int8_t *in, int8_t *out, const ingot_mac_params *p, unsigned y,
                        unsigned n)
{
    const int room = (k->together * k->out_c + 15) / 16 * 16;
    int8_t zeros[room];
    run r; /* no initializer: that is a call of memset() */
    r.words = (const char *)(p + 1) + INGOT_PIXEL_WORDS;
    for (int i = 0; i < room; i += 16)
        vst1q_s8(zeros + i, vdupq_n_s8((int8_t)p->in_zero));
    ingot_depthwise_set_range(&r.range, p);
    plan s = {.k = k, .params = p, .zeros = zeros};
    ingot_depthwise_inside(k, 3, &s.first, &s.inside);
    const unsigned pitch = k->out_w * k->out_c;
    if (k->batches == 1) {
        for (; n; n--, y++)
            row_helium(&s, &r, in, out + ingot_row_offset(y, k->out_ring, pitch), (int)y);
        return;
    }
    for (unsigned image = 0; image < k->batches; image++, in += k->in_h * k->in_w * k->in_c)
        for (unsigned line = 0; line < k->out_h; line++, out += pitch)
            row_helium(&s, &r, in, out, (int)line);
}

#endif
