/* SPDX-License-Identifier: Apache-2.0 */
/* One pixel of a scaled picture: bilinear, centres of pixels on half numbers, weights of 11 bits, rounded once. */
#ifndef INGOT_IMAGE_RESIZE_H
#define INGOT_IMAGE_RESIZE_H

#include <stdint.h>

#define INGOT_IMAGE_WEIGHT_BITS 11

typedef struct {
    uint32_t left, top, width, height;
} ingot_image_box;

/* The two positions of the source between which position i of the target lies, and the weight of the second. */
static inline uint32_t ingot_image_tap(uint32_t i, uint32_t source, uint32_t target, uint32_t *first, uint32_t *second)
{
    int64_t place = (int64_t)(2 * i + 1) * source - target, step = 2 * (int64_t)target;
    int64_t at = place < 0 ? -1 : place / step; /* place >= -target: rounds down */
    *first = at < 0 ? 0 : (uint32_t)at;
    *second = at + 1 < source ? (uint32_t)(at + 1) : source - 1;
    return (uint32_t)((((place - at * step) << INGOT_IMAGE_WEIGHT_BITS) + target) / step);
}

/* Pixel (x, y) of the box `to`, from the box `from` of an RGB picture that is `width` pixels wide. */
static inline void ingot_image_sample(const uint8_t *picture, uint32_t width, const ingot_image_box *from,
                                      const ingot_image_box *to, uint32_t x, uint32_t y, uint8_t rgb[3])
{
    uint32_t left, right, top, bottom, one = 1u << INGOT_IMAGE_WEIGHT_BITS;
    uint32_t across = ingot_image_tap(x, from->width, to->width, &left, &right);
    uint32_t down = ingot_image_tap(y, from->height, to->height, &top, &bottom);
    const uint8_t *upper = picture + ((uint64_t)(from->top + top) * width + from->left) * 3;
    const uint8_t *lower = picture + ((uint64_t)(from->top + bottom) * width + from->left) * 3;
    for (unsigned c = 0; c < 3; c++) {
        uint32_t near = upper[left * 3 + c] * (one - down) + lower[left * 3 + c] * down;
        uint32_t far = upper[right * 3 + c] * (one - down) + lower[right * 3 + c] * down;
        uint32_t total = near * (one - across) + far * across;
        rgb[c] = (uint8_t)((total + (1u << (2 * INGOT_IMAGE_WEIGHT_BITS - 1))) >> (2 * INGOT_IMAGE_WEIGHT_BITS));
    }
}

#endif
