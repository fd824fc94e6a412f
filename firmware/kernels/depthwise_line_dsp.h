/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of three pixels of four channels, widened in pairs for the DSP instructions of Cortex-M4, M7 and M33. */
#ifndef INGOT_DEPTHWISE_LINE_DSP_H
#define INGOT_DEPTHWISE_LINE_DSP_H

#include "depthwise_window.h"
#include "requantize_dsp.h"

/* Words of a column: channels 0, 2, 1, 3 with row 0 in the lower and row 1 in the upper half; channels 0 and 2 of row 2;
 * channels 1 and 3 of it. */
#define INGOT_DEPTHWISE_COLUMN 6u

/* Columns that are widened at a time. */
#define INGOT_DEPTHWISE_LINE 18

INGOT_INLINE uint32_t ingot_lower_halves(int16x2_t a, int16x2_t b)
{
    uint32_t result;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(result) : "r"(a), "r"(b));
    return result;
}

INGOT_INLINE uint32_t ingot_upper_halves(int16x2_t a, int16x2_t b)
{
    uint32_t result;
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(result) : "r"(b), "r"(a));
    return result;
}

/* One column of three words of four bytes. */
INGOT_INLINE uint32_t *ingot_depthwise_column(uint32_t *to, uint32_t row0, uint32_t row1, uint32_t row2)
{
    const int16x2_t even0 = ingot_even_bytes(row0), odd0 = ingot_odd_bytes(row0);
    const int16x2_t even1 = ingot_even_bytes(row1), odd1 = ingot_odd_bytes(row1);
    to[0] = ingot_lower_halves(even0, even1);
    to[1] = ingot_upper_halves(even0, even1);
    to[2] = ingot_lower_halves(odd0, odd1);
    to[3] = ingot_upper_halves(odd0, odd1);
    to[4] = (uint32_t)ingot_even_bytes(row2);
    to[5] = (uint32_t)ingot_odd_bytes(row2);
    return to + INGOT_DEPTHWISE_COLUMN;
}

/* The rows under a row of outputs. */
typedef struct ingot_depthwise_lines {
    const int8_t *row[3]; /* pixel 0 of each; of one outside the image: the word of zero points */
    int32_t pitch[3];     /* bytes to the next pixel, 0 outside */
    uint32_t zeros;       /* the zero point four times */
} ingot_depthwise_lines;

/* `count` neighbouring pixels from column x on, all inside the image. */
INGOT_INLINE uint32_t *ingot_depthwise_inner(uint32_t *to, const ingot_depthwise_lines *lines, int x, int count)
{
    const int32_t pitch0 = lines->pitch[0], pitch1 = lines->pitch[1], pitch2 = lines->pitch[2];
    const int8_t *row0 = lines->row[0] + x * pitch0, *row1 = lines->row[1] + x * pitch1;
    const int8_t *row2 = lines->row[2] + x * pitch2;
    for (; count > 0; count--, row0 += pitch0, row1 += pitch1, row2 += pitch2)
        to = ingot_depthwise_column(to, ingot_word_at(row0), ingot_word_at(row1), ingot_word_at(row2));
    return to;
}

/* `count` columns outside the image. */
INGOT_INLINE uint32_t *ingot_depthwise_outer(uint32_t *to, const ingot_depthwise_lines *lines, int count)
{
    const uint32_t both = (uint32_t)ingot_even_bytes(lines->zeros);
    for (count *= (int)INGOT_DEPTHWISE_COLUMN; count > 0; count--)
        *to++ = both;
    return to;
}

/* `count` neighbouring columns from x on, of an image of `width`. */
static uint32_t *ingot_depthwise_columns(uint32_t *to, const ingot_depthwise_lines *lines, int x, int count, int width)
{
    const int end = x + count, first = x < 0 ? 0 : x < width ? x : width;
    const int last = end < first ? first : end < width ? end : width;
    to = ingot_depthwise_outer(to, lines, (first < end ? first : end) - x);
    to = ingot_depthwise_inner(to, lines, first, last - first);
    return ingot_depthwise_outer(to, lines, end - (last > x ? last : x));
}

#endif
