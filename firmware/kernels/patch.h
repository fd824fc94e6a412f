/* SPDX-License-Identifier: Apache-2.0 */
/* Copies windows of a convolution to contiguous bytes: rows, columns, channels; the zero point outside the image.
 * With INGOT_PATCH_S16, numbers of 16 bits, each of which counts as two channels. */
#ifndef INGOT_PATCH_H
#define INGOT_PATCH_H

#include "conv2d.h"

/* Bytes from one window to the next in the scratch: whole vectors, of which the last may be read beyond its end. */
INGOT_INLINE unsigned ingot_patch_bytes(const ingot_conv2d *k)
{
    return (unsigned)((k->kernel_h * k->kernel_w * (k->in_c / k->groups) + 15) / 16 * 16 + 16);
}

#ifdef INGOT_PATCH_S16
#define INGOT_PATCH_ELEMENT "16"
#define INGOT_PATCH_STORE "strh"
#define INGOT_PATCH_BYTES 2
#else
#define INGOT_PATCH_ELEMENT "8"
#define INGOT_PATCH_STORE "strb"
#define INGOT_PATCH_BYTES 1
#endif

#if INGOT_MVE
INGOT_INLINE void ingot_patch_copy(int8_t *to, const int8_t *from, unsigned bytes)
{
    __asm__ volatile("dlstp.8 lr, %2\n"
                     "1:\n"
                     "vldrb.8 q0, [%1], #16\n"
                     "vstrb.8 q0, [%0], #16\n"
                     "letp lr, 1b\n"
                     : "+r"(to), "+r"(from)
                     : "r"(bytes)
                     : "q0", "lr", "memory");
}

INGOT_INLINE void ingot_patch_fill(int8_t *to, int32_t value, unsigned bytes)
{
    __asm__ volatile("vdup." INGOT_PATCH_ELEMENT " q0, %2\n"
                     "dlstp.8 lr, %1\n"
                     "1:\n"
                     "vstrb.8 q0, [%0], #16\n"
                     "letp lr, 1b\n"
                     : "+r"(to)
                     : "r"(bytes), "r"(value)
                     : "q0", "lr", "memory");
}
#elif INGOT_DSP
/* Word by word, at any address; a C library for small code goes byte by byte, and the compiler makes calls of it of the
 * same loops in C. */
__attribute__((noinline, unused)) static void ingot_patch_copy(int8_t *to, const int8_t *from, unsigned bytes)
{
    uint32_t word, second;
    for (; bytes >= 8; bytes -= 8)
        __asm__ volatile("ldr %0, [%2]\n"
                         "ldr %1, [%2, #4]\n"
                         "add %2, #8\n"
                         "str %0, [%3]\n"
                         "str %1, [%3, #4]\n"
                         "add %3, #8\n"
                         : "=&r"(word), "=&r"(second), "+r"(from), "+r"(to)
                         :
                         : "memory");
    if (bytes >= 4) {
        bytes -= 4;
        __asm__ volatile("ldr %0, [%1], #4\n"
                         "str %0, [%2], #4\n"
                         : "=&r"(word), "+r"(from), "+r"(to)
                         :
                         : "memory");
    }
    for (; bytes; bytes--)
        __asm__ volatile("ldrb %0, [%1], #1\n"
                         "strb %0, [%2], #1\n"
                         : "=&r"(word), "+r"(from), "+r"(to)
                         :
                         : "memory");
}

__attribute__((noinline, unused)) static void ingot_patch_fill(int8_t *to, int32_t value, unsigned bytes)
{
#ifdef INGOT_PATCH_S16
    const uint32_t word = (uint16_t)value * 0x00010001u;
#else
    const uint32_t word = (uint8_t)value * 0x01010101u;
#endif
    for (; bytes >= 4; bytes -= 4)
        __asm__ volatile("str %1, [%0], #4" : "+r"(to) : "r"(word) : "memory");
    for (; bytes; bytes -= INGOT_PATCH_BYTES)
        __asm__ volatile(INGOT_PATCH_STORE " %1, [%0], #%c2" : "+r"(to) : "r"(word), "i"(INGOT_PATCH_BYTES) : "memory");
}
#else
INGOT_INLINE void ingot_patch_copy(int8_t *to, const int8_t *from, unsigned bytes)
{
    memcpy(to, from, bytes);
}

INGOT_INLINE void ingot_patch_fill(int8_t *to, int32_t value, unsigned bytes)
{
#ifdef INGOT_PATCH_S16
    const int16_t number = (int16_t)value;
    for (; bytes; bytes -= 2, to += 2)
        memcpy(to, &number, 2);
#else
    memset(to, value, bytes);
#endif
}
#endif

/* One window tap by tap, dilated or of one group. */
static void ingot_patch(const ingot_conv2d *k, const int8_t *image, int32_t zero, int y, int x, unsigned group,
                        int8_t *to)
{
    const int channels = k->in_c / k->groups;
    const int left = x * k->stride_w - k->pad_left;
    int in_y = y * k->stride_h - k->pad_top;
    image += (int)group * channels;
    for (unsigned i = k->kernel_h; i; i--, in_y += k->dilation_h) {
        const int8_t *row = image;
        if (in_y >= 0 && in_y < k->in_h)
            row += ingot_row_offset((unsigned)in_y, k->in_ring, k->in_w * k->in_c);
        int in_x = left;
        for (unsigned j = k->kernel_w; j; j--, in_x += k->dilation_w, to += channels) {
            if (in_y < 0 || in_y >= k->in_h || in_x < 0 || in_x >= k->in_w)
                ingot_patch_fill(to, zero, (unsigned)channels);
            else
                ingot_patch_copy(to, row + in_x * k->in_c, (unsigned)channels);
        }
    }
}

/* `count` windows side by side, undilated and ungrouped: a kernel row is one run of `bytes`, of which the windows have
 * `inside` bytes in the image from `before` on. `from` is that byte of the first window in image row 0. */
static void ingot_patch_runs(const ingot_conv2d *k, const int8_t *from, int32_t zero, int y, unsigned count, int8_t *to,
                             unsigned before, unsigned inside)
{
    const unsigned apart = ingot_patch_bytes(k), step = k->stride_w * k->in_c, bytes = k->kernel_w * k->in_c;
    int in_y = y * k->stride_h - k->pad_top;
    const int cut = in_y < 0 || in_y + (k->kernel_h - 1) * k->dilation_h >= k->in_h || inside < bytes;
    if (cut)
        ingot_patch_fill(to, zero, count * apart);
    to += before;
    for (unsigned i = k->kernel_h; i; i--, in_y += k->dilation_h, to += bytes) {
        if (in_y < 0 || in_y >= k->in_h || !inside)
            continue;
        const int8_t *row = from + ingot_row_offset((unsigned)in_y, k->in_ring, k->in_w * k->in_c);
        int8_t *window = to;
#if INGOT_MVE
        /* Whole vectors are quicker for short runs; the next row overwrites what is too much, the last row's too much is
         * within the patch. */
        if (!cut && bytes <= 16) {
            for (unsigned left = count; left; left--, window += apart, row += step)
                vst1q_s8(window, vld1q_s8(row));
            continue;
        }
#endif
        for (unsigned left = count; left; left--, window += apart, row += step)
            ingot_patch_copy(window, row, inside);
    }
}

/* The windows x..x+count-1 of row y. */
static void ingot_patches(const ingot_conv2d *k, const int8_t *image, int32_t zero, int y, unsigned x, unsigned count,
                          unsigned group, int8_t *to)
{
    const unsigned apart = ingot_patch_bytes(k);
    if (k->dilation_w != 1 || k->groups != 1) {
        for (; count; count--, x++, to += apart)
            ingot_patch(k, image, zero, y, (int)x, group, to);
        return;
    }
    for (unsigned done; count; count -= done, x += done, to += done * apart) {
        const int left = (int)(x * k->stride_w) - k->pad_left, right = left + k->kernel_w;
        const int first = left < 0 ? -left : 0, last = right > k->in_w ? k->in_w - left : k->kernel_w;
        done = 1;
        if (left >= 0 && right <= k->in_w) {
            done = (unsigned)(k->in_w - right) / k->stride_w + 1;
            done = done < count ? done : count;
        }
        ingot_patch_runs(k, image + (left + first) * k->in_c, zero, y, done, to, (unsigned)(first * k->in_c),
                         last > first ? (unsigned)((last - first) * k->in_c) : 0);
    }
}

#endif
