/* SPDX-License-Identifier: Apache-2.0 */
/* CONV_2D with the arithmetic of QDQ models and weights of four bits, which are half as many bytes.
 *
 * Records are those of dense.h, each 32 weights in 16 bytes: byte k has weight k in its low half, weight 16 + k in its high
 * one. Two records at a time become int8 in the scratch, for all pixels of a call. */
#define INGOT_EVEN
#include "conv2d.h"

#include "conv2d_rows.h"

/* At the start of the scratch: what ingot_conv2d_rows() takes for the parameter block. */
typedef struct w4_room {
    ingot_mac_params head;
    const uint8_t *packed;
#if UINTPTR_MAX <= 0xFFFFFFFFu
    uint32_t reserved[3];
#else
    uint32_t reserved[2];
#endif
    int8_t records[]; /* two */
} w4_room;

static const uint8_t *unpack(int8_t *to, const uint8_t *from, unsigned chunks)
{
    memcpy(to, from, 16);
    to += 16;
    from += 16;
    for (unsigned left = 2 * chunks; left; left--, to += 32, from += 16) {
#if INGOT_MVE
        const int8x16_t both = vreinterpretq_s8_u8(vldrbq_u8(from));
        vstrbq_s8(to, vshrq_n_s8(vshlq_n_s8(both, 4), 4));
        vstrbq_s8(to + 16, vshrq_n_s8(both, 4));
#else
        for (unsigned i = 0; i < 16; i++) {
            to[i] = (int8_t)((from[i] & 15) - ((from[i] & 8) << 1));
            to[16 + i] = (int8_t)((from[i] >> 4) - ((from[i] & 128) >> 3));
        }
#endif
    }
    memcpy(to, from, 32);
    return from + 32;
}

/* As ingot_dense_pixels(). d->records: of a w4_room. */
static void pixels_w4(const ingot_dense *d, const int8_t *in, unsigned in_step, int8_t *out, unsigned out_step,
                      unsigned count)
{
    w4_room *const room = (w4_room *)((uintptr_t)d->records - sizeof(ingot_mac_params));
    const unsigned record = ingot_dense_record_bytes(d->depth), chunks = (d->depth + 15) / 16;
    const uint8_t *packed = room->packed;
    ingot_dense block = *d;
    block.records = room->records;
    for (unsigned left = d->channels; left; left -= block.channels, out += block.channels) {
        block.channels = left < 8 ? left : 8;
        packed = unpack(room->records, packed, chunks);
        if (block.channels > 4)
            packed = unpack(room->records + record, packed, chunks);
        ingot_dense_pixels(&block, in, in_step, out, out_step, count);
    }
}

static w4_room *furnished(void *scratch, const void *params)
{
    w4_room *const room = scratch;
    memcpy(&room->head, params, sizeof room->head);
    room->packed = (const uint8_t *)params + sizeof room->head;
    return room;
}

void ingot_conv2d_even_w4_1x1_s8(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, void *scratch,
                                 const void *params, unsigned y, unsigned n)
{
    ingot_conv2d_1x1_rows(k, in, out, furnished(scratch, params), y, n, pixels_w4);
}

void ingot_conv2d_even_w4_s8(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch, const void *params,
                             unsigned y, unsigned n)
{
    w4_room *const room = furnished(scratch, params);
    const unsigned depth = (unsigned)(k->kernel_h * k->kernel_w * k->in_c);
    ingot_conv2d_rows(k, in, out, room->records + 2 * ingot_dense_record_bytes(depth), room, y, n, pixels_w4);
}
