#include "pool_window.h"

static int32_t average(const ingot_pool *k, const int8_t *image, ingot_pool_window w, unsigned channel)
{
    const int count = (w.y1 - w.y0) * (w.x1 - w.x0);
    int32_t sum = 0;
    for (int y = w.y0; y < w.y1; y++) {
        const int8_t *row = image + ingot_row_offset(y, k->in_ring, k->in_w * k->channels);
        for (int x = w.x0; x < w.x1; x++)
            sum += row[x * k->channels + channel];
    }
    return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

void ingot_average_pool_s8(const ingot_pool *k, const int8_t *in, int8_t *out, const void *params, unsigned y,
                           unsigned n)
{
    ingot_pool_rows(k, in, out, params, y, n, average);
}
