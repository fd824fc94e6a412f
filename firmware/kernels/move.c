/* SPDX-License-Identifier: Apache-2.0 */
#include "move.h"

#include "bytes.h"

/* The innermost loop: `count` runs. */
static void line(const char *in, int32_t in_stride, char *out, int32_t out_stride, uint32_t count, uint32_t run,
                 uint32_t element)
{
    if (run != element) {
        for (; count; count--, in += in_stride, out += out_stride)
            ingot_copy_bytes(out, in, run);
        return;
    }
    if (run == 1) {
#if INGOT_MVE
        if (in_stride >= 0 && out_stride >= 0 && in_stride < 8192 && out_stride < 8192) {
            uint16x8_t lane = vidupq_n_u16(0, 1);
            uint16x8_t from = vmulq_n_u16(lane, (uint16_t)in_stride), to = vmulq_n_u16(lane, (uint16_t)out_stride);
            for (int left = (int)count; left > 0; left -= 8, in += 8 * in_stride, out += 8 * out_stride) {
                mve_pred16_t live = vctp16q((uint32_t)left);
                uint16x8_t x = vldrbq_gather_offset_z_u16((const uint8_t *)in, from, live);
                vstrbq_scatter_offset_p_u16((uint8_t *)out, to, x, live);
            }
            return;
        }
#endif
        for (; count; count--, in += in_stride, out += out_stride)
            *out = *in;
    } else if (run == 2) {
        for (; count; count--, in += in_stride, out += out_stride)
            *(uint16_t *)(void *)out = *(const uint16_t *)(const void *)in;
    } else if (run == 4) {
        for (; count; count--, in += in_stride, out += out_stride)
            *(uint32_t *)(void *)out = *(const uint32_t *)(const void *)in;
    } else {
        for (; count; count--, in += in_stride, out += out_stride)
            *(uint64_t *)(void *)out = *(const uint64_t *)(const void *)in;
    }
}

/* All loops of one part: after a line, the innermost loop that is not at its end makes a step. */
static void part(const ingot_move *k, const char *in, char *out)
{
    enum { LINE = INGOT_MOVE_LOOPS - 1 };
    uint32_t done[LINE] = {0};
    for (;;) {
        line(in, k->in_stride[LINE], out, k->out_stride[LINE], k->count[LINE], k->run, k->element);
        unsigned loop = LINE - 1;
        while (done[loop] + 1 == k->count[loop]) {
            if (loop == 0)
                return;
            in -= (int32_t)done[loop] * k->in_stride[loop];
            out -= (int32_t)done[loop] * k->out_stride[loop];
            done[loop--] = 0;
        }
        done[loop]++;
        in += k->in_stride[loop];
        out += k->out_stride[loop];
    }
}

void ingot_move_rows(const ingot_move *k, const void *in, void *out, const void *params, unsigned y, unsigned n)
{
    (void)params;
    for (; n; n--, y++) {
        const int32_t major = (int32_t)(y / k->row_div), minor = (int32_t)(y % k->row_div);
        const int32_t row = k->row_start + major * k->row_step + minor * k->row_inner_step;
        char *to = (char *)out + ingot_row_offset(y, k->out_ring, k->out_pitch);
        for (uint32_t s = 0; s < k->subrows; s++, to += k->subrow_out) {
            const char *from = (const char *)in + ingot_row_offset((unsigned)row + s, k->in_ring, k->in_pitch);
            part(k, from + k->start + minor * k->phase, to);
        }
    }
}
