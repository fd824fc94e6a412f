/* Dot products of vectors of any length. */
#ifndef INGOT_DOT_H
#define INGOT_DOT_H

#include "ingot_kernel.h"

/* sum + a . b */
INGOT_INLINE int32_t ingot_dot_s8(int32_t sum, const int8_t *a, const int8_t *b, uint32_t n)
{
#if INGOT_MVE
    for (int left = (int)n; left > 0; left -= 16, a += 16, b += 16) {
        mve_pred16_t live = vctp8q((uint32_t)left);
        sum = vmladavaq_s8(sum, vldrbq_z_s8(a, live), vldrbq_z_s8(b, live));
    }
#else
    while (n--)
        sum += *a++ * *b++;
#endif
    return sum;
}

/* a . b, wrapping at 32 bits */
INGOT_INLINE int32_t ingot_dot_s16(const int16_t *a, const int16_t *b, uint32_t n)
{
    uint32_t sum = 0;
#if INGOT_MVE
    for (int left = (int)n; left > 0; left -= 8, a += 8, b += 8) {
        mve_pred16_t live = vctp16q((uint32_t)left);
        sum = (uint32_t)vmladavaq_s16((int32_t)sum, vldrhq_z_s16(a, live), vldrhq_z_s16(b, live));
    }
#else
    while (n--)
        sum += (uint32_t)(*a++ * *b++);
#endif
    return (int32_t)sum;
}

#endif
