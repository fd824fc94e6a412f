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
        if (left) {
            mve_pred16_t live = vctp8q(left);
            vstrbq_p_u8(dst, vldrbq_gather_offset_u8(entry, vldrbq_z_u8(src, live)), live);
        }
#else
        while (left--)
            *dst++ = entry[*src++];
#endif
    }
}

void ingot_table_8to32(const ingot_table *k, const int8_t *in, void *out, const void *params, unsigned y, unsigned n)
{
    const uint32_t *entry = params;
    for (; n; n--, y++) {
        const uint8_t *src = (const uint8_t *)in + ingot_row_offset(y, k->in_ring, k->row_elements);
        uint32_t *dst = (uint32_t *)((char *)out + ingot_row_offset(y, k->out_ring, k->row_elements * 4));
        unsigned left = k->row_elements;
#if INGOT_MVE
        for (; left >= 8; left -= 8, src += 8, dst += 8) {
            vst1q_u32(dst, vldrwq_gather_shifted_offset_u32(entry, vldrbq_u32(src)));
            vst1q_u32(dst + 4, vldrwq_gather_shifted_offset_u32(entry, vldrbq_u32(src + 4)));
        }
#endif
        while (left--)
            *dst++ = entry[*src++];
    }
}

void ingot_table_8to16(const ingot_table *k, const int8_t *in, int16_t *out, const void *params, unsigned y, unsigned n)
{
    const int16_t *entry = params;
    for (; n; n--, y++) {
        const uint8_t *src = (const uint8_t *)in + ingot_row_offset(y, k->in_ring, k->row_elements);
        int16_t *dst = (int16_t *)((char *)out + ingot_row_offset(y, k->out_ring, k->row_elements * 2));
        unsigned left = k->row_elements;
#if INGOT_MVE
        for (; left >= 8; left -= 8, src += 8, dst += 8)
            vst1q_s16(dst, vldrhq_gather_shifted_offset_s16(entry, vldrbq_u16(src)));
#endif
        while (left--)
            *dst++ = entry[*src++];
    }
}
