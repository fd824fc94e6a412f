/* SPDX-License-Identifier: Apache-2.0 */
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

/* One row: bytes at src become entries at dst; both move on. letter: b, h or w, the entry's size. step: input bytes of a
 * vector of entries. scaled: how a byte becomes an offset. */
#if INGOT_MVE
/* Two vectors at a time, what is left one by one. */
#define LOOK_UP(bits, letter, step, scaled)                                                                            \
    __asm volatile("wls lr, %[pairs], 2f\n"                                                                            \
                   "1:\n"                                                                                              \
                   "vldrb.u" #bits " q0, [%[src]], #" #step "\n"                                                       \
                   "vldrb.u" #bits " q1, [%[src]], #" #step "\n"                                                       \
                   "vldr" #letter ".u" #bits " q2, [%[entry], q0" scaled "]\n"                                         \
                   "vldr" #letter ".u" #bits " q3, [%[entry], q1" scaled "]\n"                                         \
                   "vstr" #letter "." #bits " q2, [%[dst]], #16\n"                                                     \
                   "vstr" #letter "." #bits " q3, [%[dst]], #16\n"                                                     \
                   "le lr, 1b\n"                                                                                       \
                   "2:\n"                                                                                              \
                   "wlstp." #bits " lr, %[rest], 4f\n"                                                                 \
                   "3:\n"                                                                                              \
                   "vldrb.u" #bits " q0, [%[src]], #" #step "\n"                                                       \
                   "vldr" #letter ".u" #bits " q2, [%[entry], q0" scaled "]\n"                                         \
                   "vstr" #letter "." #bits " q2, [%[dst]], #16\n"                                                     \
                   "letp lr, 3b\n"                                                                                     \
                   "4:\n"                                                                                              \
                   : [src] "+l"(src), [dst] "+l"(dst)                                                                  \
                   : [pairs] "r"(elements / (2 * step)), [rest] "r"(elements % (2 * step)), [entry] "r"(entry)         \
                   : "q0", "q1", "q2", "q3", "lr", "memory")
#else
#define LOOK_UP(bits, letter, step, scaled)                                                                            \
    for (unsigned left = elements; left; left--)                                                                       \
    *dst++ = entry[*src++]
#endif

#define TABLE(bits, type, letter, step, scaled)                                                                        \
    void ingot_table_8to##bits(const ingot_table *k, const int8_t *in, type *out, const void *params, unsigned y,      \
                               unsigned n)                                                                             \
    {                                                                                                                  \
        typedef uint##bits##_t element;                                                                                \
        const element *entry = params;                                                                                 \
        const unsigned elements = joined(k, &n);                                                                       \
        for (; n; n--, y++) {                                                                                          \
            const uint8_t *src = (const uint8_t *)in + ingot_row_offset(y, k->in_ring, k->row_elements);               \
            const uintptr_t place = ingot_row_offset(y, k->out_ring, k->row_elements * (bits / 8));                    \
            element *dst = (element *)(void *)((char *)out + place);                                                   \
            LOOK_UP(bits, letter, step, scaled);                                                                       \
        }                                                                                                              \
    }

TABLE(8, int8_t, b, 16, "")
TABLE(16, int16_t, h, 8, ", uxtw #1")
TABLE(32, void, w, 4, ", uxtw #2")
