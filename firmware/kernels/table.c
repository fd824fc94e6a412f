#include "table.h"

/* The rows as one, where they touch; returns how many elements a row then has. */
INGOT_INLINE unsigned joined(const ingot_table *k, unsigned *n)
{
    unsigned elements = k->row_elements;
    if (!(k->in_ring | k->out_ring)) {
        elements *= *n;
        *n = 1;
    }
    return elements;
}

void ingot_table_8to8(const ingot_table *k, const int8_t *in, int8_t *out, const void *params, unsigned y, unsigned n)
{
    const uint8_t *entry = params;
    const unsigned elements = joined(k, &n);
    for (; n; n--, y++) {
        const uint8_t *src = (const uint8_t *)in + ingot_row_offset(y, k->in_ring, k->row_elements);
        uint8_t *dst = (uint8_t *)out + ingot_row_offset(y, k->out_ring, k->row_elements);
#if INGOT_MVE
        __asm volatile("wlstp.8 lr, %[n], 2f\n"
                       "1:\n"
                       "vldrb.u8 q0, [%[src]], #16\n"
                       "vldrb.u8 q1, [%[entry], q0]\n"
                       "vstrb.8 q1, [%[dst]], #16\n"
                       "letp lr, 1b\n"
                       "2:\n"
                       : [src] "+l"(src), [dst] "+l"(dst)
                       : [n] "r"(elements), [entry] "r"(entry)
                       : "q0", "q1", "lr", "memory");
#else
        for (unsigned left = elements; left; left--)
            *dst++ = entry[*src++];
#endif
    }
}

void ingot_table_8to32(const ingot_table *k, const int8_t *in, void *out, const void *params, unsigned y, unsigned n)
{
    const uint32_t *entry = params;
    const unsigned elements = joined(k, &n);
    for (; n; n--, y++) {
        const uint8_t *src = (const uint8_t *)in + ingot_row_offset(y, k->in_ring, k->row_elements);
        uint32_t *dst = (uint32_t *)((char *)out + ingot_row_offset(y, k->out_ring, k->row_elements * 4));
#if INGOT_MVE
        __asm volatile("wlstp.32 lr, %[n], 2f\n"
                       "1:\n"
                       "vldrb.u32 q0, [%[src]], #4\n"
                       "vldrw.u32 q1, [%[entry], q0, uxtw #2]\n"
                       "vstrw.32 q1, [%[dst]], #16\n"
                       "letp lr, 1b\n"
                       "2:\n"
                       : [src] "+l"(src), [dst] "+l"(dst)
                       : [n] "r"(elements), [entry] "r"(entry)
                       : "q0", "q1", "lr", "memory");
#else
        for (unsigned left = elements; left; left--)
            *dst++ = entry[*src++];
#endif
    }
}

void ingot_table_8to16(const ingot_table *k, const int8_t *in, int16_t *out, const void *params, unsigned y, unsigned n)
{
    const int16_t *entry = params;
    const unsigned elements = joined(k, &n);
    for (; n; n--, y++) {
        const uint8_t *src = (const uint8_t *)in + ingot_row_offset(y, k->in_ring, k->row_elements);
        int16_t *dst = (int16_t *)((char *)out + ingot_row_offset(y, k->out_ring, k->row_elements * 2));
#if INGOT_MVE
        __asm volatile("wlstp.16 lr, %[n], 2f\n"
                       "1:\n"
                       "vldrb.u16 q0, [%[src]], #8\n"
                       "vldrh.u16 q1, [%[entry], q0, uxtw #1]\n"
                       "vstrh.16 q1, [%[dst]], #16\n"
                       "letp lr, 1b\n"
                       "2:\n"
                       : [src] "+l"(src), [dst] "+l"(dst)
                       : [n] "r"(elements), [entry] "r"(entry)
                       : "q0", "q1", "lr", "memory");
#else
        for (unsigned left = elements; left; left--)
            *dst++ = entry[*src++];
#endif
    }
}
