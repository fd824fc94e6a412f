/* SPDX-License-Identifier: Apache-2.0 */
#include "rescale16.h"

void ingot_rescale16_rows(const ingot_rescale16 *k, const int16_t *in, int16_t *out, const void *params, unsigned y,
                          unsigned n)
{
    const ingot_rescale16_params *p = params;
    for (; n; n--, y++) {
        const int16_t *from = in + ingot_row_offset(y, k->in_ring, k->row_elements);
        int16_t *to = out + ingot_row_offset(y, k->out_ring, k->row_elements);
        for (uint32_t left = k->row_elements; left; left--) {
            int32_t x = *from++ - p->in_zero;
            if (x >= 0)
                x = ingot_requantize(x, p->multiplier[0], p->shift[0]);
            else
                x = p->after * ingot_requantize(p->before * x, p->multiplier[1], p->shift[1]);
            *to++ = (int16_t)ingot_clamp(x + p->out_zero, p->low, p->high);
        }
    }
}
