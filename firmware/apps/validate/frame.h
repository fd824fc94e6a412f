/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of the validate protocol (docs/validate.md), on either side of a serial line.
 *
 * On the wire: 0x00, the COBS coding of the frame (no zero byte in it), 0x00. So a receiver is in step again after the
 * next zero, whatever was lost or added. A frame is little-endian:
 *
 *     0  uint8   version of the protocol
 *     1  uint8   type; 0x80 is set in answers
 *     2  uint16  number of the request, repeated by its answer
 *     4  uint32  session, chosen by the host
 *     8  uint16  length of the payload
 *     10 payload
 *     .. uint32  CRC-32 (zlib) of everything before
 */
#ifndef VALIDATE_FRAME_H
#define VALIDATE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#define FRAME_VERSION 1u
#define FRAME_HEADER 10u
#define FRAME_PAYLOAD 1024u
#define FRAME_BYTES (FRAME_HEADER + FRAME_PAYLOAD + 4u)

typedef struct {
    uint8_t type;
    uint16_t number;
    uint32_t session;
    uint16_t length;
    uint8_t payload[FRAME_PAYLOAD];
} frame;

/* What has been received of a frame. All zero at first. */
typedef struct {
    uint32_t length; /* bytes decoded so far */
    uint8_t block;   /* bytes until the next code byte */
    bool zero_due;   /* the next code byte stands for a zero as well */
    bool broken;     /* too long: skip to the next zero */
    uint8_t bytes[FRAME_BYTES];
} frame_receiver;

/* Takes one byte. True when it ends a whole, undamaged frame, which is then in `to`. */
bool frame_receive(frame_receiver *receiver, uint8_t byte, frame *to);

/* Sends a frame through `put`. */
void frame_send(const frame *from, void (*put)(uint8_t byte));

void frame_put16(uint8_t *to, uint16_t value);
void frame_put32(uint8_t *to, uint32_t value);
uint16_t frame_get16(const uint8_t *from);
uint32_t frame_get32(const uint8_t *from);

#endif
