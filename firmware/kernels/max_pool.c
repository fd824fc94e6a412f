#include "pool_window.h"

static int32_t largest(const ingot_pool *k, const int8_t *image, ingot_pool_window w, unsigned channel)
{
    int32_t most = INT8_MIN;
    for (int y = w.y0; y < w.y1; y++) {
        const int8_t *row = image + ingot_row_offset(y, k->in_ring, k->in_w * k->channels);
        for (int x = w.x0; x < w.x1; x++)
            if (row[x * k->channels + channel] > most)
                most = row[x * k->channels + channel];
    }
    return most;
}

void ingot_max_pool_s8(const ingot_pool *k, const int8_t *in, int8_t *out, const void *params, unsigned y, unsigned n)
{
    ingot_pool_rows(k, in, out, params, y, n, largest);
}
