#include "table.h"

void ingot_table_8to8(const ingot_table *k, const int8_t *in, int8_t *out, const void *params, unsigned y, unsigned n)
{
    const uint8_t *entry = params;
    for (; n; n--, y++) {
        const uint8_t *src = (const uint8_t *)in + ingot_row_offset(y, k->in_ring, k->row_elements);
        uint8_t *dst = (uint8_t *)out + ingot_row_offset(y, k->out_ring, k->row_elements);
        unsigned left = k->row_elements;
#if INGOT_MVE
        for (; left >= 16; left -= 16, src += 16, dst += 16)
            vst1q_u8(dst, vldrbq_gather_offset_u8(entry, vld1q_u8(src)));
#endif
        while (left--)
            *dst++ = entry[*src++];
    }
}
