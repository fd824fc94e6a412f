#include "fully_connected.h"

/* x * multiplier * 2^(shift - 31), rounded once, halves up. */
static int32_t requantize_once(int32_t x, int32_t multiplier, int32_t shift)
{
    const int total = 31 - shift;
    return (int32_t)(((int64_t)x * multiplier + ((int64_t)1 << (total - 1))) >> total);
}

void ingot_fully_connected_s8(const ingot_fully_connected *k, const int8_t *in, int8_t *out, const void *params,
                              unsigned y, unsigned n)
{
    const ingot_mac_params *p = params;
    const unsigned chunks = (k->depth + 15) / 16;
    const unsigned quad_bytes = sizeof(ingot_mac_quad) + chunks * 64;
    (void)y;
    (void)n;
    for (unsigned vector = 0; vector < k->vectors; vector++, in += k->depth)
        for (unsigned c = 0; c < k->channels; c++) {
            const ingot_mac_quad *quad = (const void *)((const char *)(p + 1) + c / 4 * quad_bytes);
            const int8_t *weights = (const int8_t *)(quad + 1) + c % 4 * 16;
            int32_t sum = quad->bias[c % 4];
            for (unsigned i = 0; i < k->depth; i++)
                sum += in[i] * weights[i / 16 * 64 + i % 16];
            const int32_t scaled = requantize_once(sum, quad->multiplier[c % 4], quad->shift[c % 4]);
            *out++ = (int8_t)ingot_clamp(scaled + p->out_zero, p->low, p->high);
        }
}
