#include "depthwise_window.h"
#if INGOT_DSP
#include "depthwise_dsp.h"
#endif

static void row(const ingot_depthwise *k, const int8_t *image, int8_t *to, const ingot_mac_params *p, int y)
{
    for (int x = 0; x < k->out_w; x++)
        for (unsigned c = 0; c < k->out_c; c++)
            *to++ = ingot_depthwise_value(k, image, p, y, x, c);
}

void ingot_depthwise_s8(const ingot_depthwise *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                        unsigned n)
{
#if INGOT_DSP
    if (k->multiplier == 1) {
        ingot_depthwise_rows(k, in, out, params, y, n, ingot_depthwise_row_dsp);
        return;
    }
#endif
    ingot_depthwise_rows(k, in, out, params, y, n, row);
}
