/* SPDX-License-Identifier: Apache-2.0 */
/* dense_mve.h: which blocks of a layer whose shifts do not all suit the shorter rounding do. */
#ifndef INGOT_DENSE_ALIKE_MVE_H
#define INGOT_DENSE_ALIKE_MVE_H

/* How many blocks from `records` on have shifts that all suit the shorter rounding, or all do not; at most `blocks`. */
static unsigned ingot_dense_alike(const int8_t *records, unsigned block_bytes, unsigned blocks, uint32_t *flags)
{
    const int32_t most = *flags & INGOT_MAC_BELOW_ZERO ? -1 : 0;
    unsigned count = 0;
    for (; count < blocks; count++) {
        records += block_bytes;
        const int32x4_t odd = vld1q_s32(INGOT_ALIGNED((const int32_t *)(records - 16)));
        const int32x4_t even = vld1q_s32(INGOT_ALIGNED((const int32_t *)(records - block_bytes / 2 - 16)));
        const uint32_t fits = vmaxvq_s32(vmaxvq_s32(INT32_MIN, even), odd) <= most ? INGOT_MAC_RIGHT_SHIFTS : 0;
        if (count && fits != (*flags & INGOT_MAC_RIGHT_SHIFTS))
            break;
        if (fits)
            *flags |= INGOT_MAC_RIGHT_SHIFTS;
    }
    return count;
}

#endif
