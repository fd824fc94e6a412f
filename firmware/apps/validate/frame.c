/* SPDX-License-Identifier: Apache-2.0 */
#include "frame.h"

#include <string.h>

#include "ingot_runtime.h"

void frame_put16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
}

void frame_put32(uint8_t *to, uint32_t value)
{
    frame_put16(to, (uint16_t)value);
    frame_put16(to + 2, (uint16_t)(value >> 16));
}

uint16_t frame_get16(const uint8_t *from)
{
    return (uint16_t)(from[0] | from[1] << 8);
}

uint32_t frame_get32(const uint8_t *from)
{
    return frame_get16(from) | (uint32_t)frame_get16(from + 2) << 16;
}

/* Whether the bytes are a frame; fills `to`. */
static bool decode(const uint8_t *bytes, uint32_t n, frame *to)
{
    if (n < FRAME_HEADER + 4 || bytes[0] != FRAME_VERSION)
        return false;
    uint16_t length = frame_get16(bytes + 8);
    if (n != FRAME_HEADER + 4 + length || frame_get32(bytes + n - 4) != ingot_crc32(0, bytes, n - 4))
        return false;
    to->type = bytes[1];
    to->number = frame_get16(bytes + 2);
    to->session = frame_get32(bytes + 4);
    to->length = length;
    memcpy(to->payload, bytes + FRAME_HEADER, length);
    return true;
}

static void store(frame_receiver *receiver, uint8_t byte)
{
    if (receiver->length == sizeof receiver->bytes)
        receiver->broken = true;
    else
        receiver->bytes[receiver->length++] = byte;
}

bool frame_receive(frame_receiver *receiver, uint8_t byte, frame *to)
{
    if (byte == 0) {
        bool whole = !receiver->broken && receiver->block == 0 && decode(receiver->bytes, receiver->length, to);
        receiver->length = 0;
        receiver->block = 0;
        receiver->zero_due = false;
        receiver->broken = false;
        return whole;
    }
    if (receiver->block) {
        receiver->block--;
        store(receiver, byte);
    } else {
        if (receiver->zero_due)
            store(receiver, 0);
        receiver->block = (uint8_t)(byte - 1);
        receiver->zero_due = byte != 0xFF;
    }
    return false;
}

/* COBS: a code byte says how many bytes other than zero follow; a zero follows those, unless the code is 0xFF. */
static void send_coded(const uint8_t *bytes, uint32_t n, void (*put)(uint8_t))
{
    for (;;) {
        uint32_t run = 0;
        while (run < n && run < 254 && bytes[run])
            run++;
        put((uint8_t)(run + 1));
        for (uint32_t i = 0; i < run; i++)
            put(bytes[i]);
        if (run == n)
            return;
        uint32_t used = run == 254 ? run : run + 1;
        bytes += used;
        n -= used;
    }
}

void frame_send(const frame *from, void (*put)(uint8_t byte))
{
    static uint8_t bytes[FRAME_BYTES];
    uint32_t n = FRAME_HEADER + from->length;
    bytes[0] = FRAME_VERSION;
    bytes[1] = from->type;
    frame_put16(bytes + 2, from->number);
    frame_put32(bytes + 4, from->session);
    frame_put16(bytes + 8, from->length);
    memcpy(bytes + FRAME_HEADER, from->payload, from->length);
    frame_put32(bytes + n, ingot_crc32(0, bytes, n));
    put(0);
    send_coded(bytes, n + 4, put);
    put(0);
}
