/* SPDX-License-Identifier: Apache-2.0 */
/* The loops of CONV_2D with weights of four bits, which are half as many bytes (unpack_w4.h), for both arithmetics. Two
 * records at a time become int8 in the scratch, for all pixels of a call. */
#ifndef INGOT_CONV2D_W4_H
#define INGOT_CONV2D_W4_H

#include "conv2d.h"

#include "conv2d_rows.h"
#include "unpack_w4.h"

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

static const uint8_t *unpacked_record(int8_t *to, const uint8_t *from, unsigned chunks)
{
    memcpy(to, from, 16);
    ingot_unpack_w4(to + 16, from + 16, chunks);
    memcpy(to + 16 + 64 * chunks, from + 16 + 32 * chunks, 32);
    return from + 48 + 32 * chunks;
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
        packed = unpacked_record(room->records, packed, chunks);
        if (block.channels > 4)
            packed = unpacked_record(room->records + record, packed, chunks);
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

INGOT_INLINE void ingot_conv2d_w4_1x1_rows(const ingot_conv2d_1x1 *k, const int8_t *in, int8_t *out, void *scratch,
                                           const void *params, unsigned y, unsigned n)
{
    ingot_conv2d_1x1_rows(k, in, out, furnished(scratch, params), y, n, pixels_w4);
}

INGOT_INLINE void ingot_conv2d_w4_rows(const ingot_conv2d *k, const int8_t *in, int8_t *out, void *scratch,
                                       const void *params, unsigned y, unsigned n)
{
    w4_room *const room = furnished(scratch, params);
    const unsigned depth = (unsigned)(k->kernel_h * k->kernel_w * k->in_c);
    ingot_conv2d_rows(k, in, out, room->records + 2 * ingot_dense_record_bytes(depth), room, y, n, pixels_w4);
}

#endif
