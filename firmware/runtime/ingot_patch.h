/* SPDX-License-Identifier: Apache-2.0 */
/* A file is made of an older one and a sequential patch, as detools 0.53 writes it: type 0, compression none, CRLE or
 * heatshrink. Bytes of the patch come in parts of any size; bytes of the result leave in parts of INGOT_PATCH_BLOCK,
 * the last one shorter. Nothing in the patch is believed: what reaches outside of either file is refused.
 *
 *     patch    = byte (type << 4 | compression), size of the result, then compressed:
 *                0 (no patch of a data format), then until the result is whole:
 *                size, bytes that are added to the older file's; size, bytes as they are; move in the older file
 *     size     = 6 bits, sign 0x40, more 0x80; then 7 bits a byte, more 0x80
 *     CRLE     = 0, length, bytes as they are | 1, length, byte that is repeated; a length has 7 bits a byte
 *     heatshrink = byte ((window - 4) << 4 | (lookahead - 3)), then bits: 1 and a byte, or 0 and window bits of distance
 *                - 1 and lookahead bits of length - 1
 */
#ifndef INGOT_PATCH_H
#define INGOT_PATCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define INGOT_PATCH_BLOCK 256u
#ifndef INGOT_PATCH_WINDOW
#define INGOT_PATCH_WINDOW 11u /* largest heatshrink window, as a power of two; 4 to 13. It is 2 KiB of ingot_patch */
#endif

/* A number of which not all bytes may have come. */
typedef struct {
    uint32_t value;
    uint8_t shift;
    bool negative;
} ingot_patch_number;

typedef struct {
    /* Reads n bytes of the older file. */
    bool (*read)(void *context, uint32_t at, void *to, uint32_t n);
    /* Takes n bytes of the result, which follow the last ones. */
    bool (*put)(void *context, const void *from, uint32_t n);
    void *context;
    uint32_t from_size, to_size; /* what the two files have */
    /* Its own. */
    uint32_t from_at, to_at; /* bytes so far */
    uint32_t left;           /* of the part that is read */
    ingot_patch_number size, run;
    uint8_t part, compression, crle, empty;
    bool failed;
    uint32_t bits;
    uint8_t bit_count, window, lookahead, token;
    uint32_t distance;
    uint32_t history_at;
    uint8_t history[1u << INGOT_PATCH_WINDOW];
    uint8_t block[INGOT_PATCH_BLOCK];
    uint32_t filled;
} ingot_patch;

/* read, put, context, from_size and to_size are set. */
void ingot_patch_start(ingot_patch *patch);
/* The next n bytes. False: the patch is none, or `read` or `put` failed. */
bool ingot_patch_add(ingot_patch *patch, const uint8_t *from, uint32_t n);
/* Whether the result is whole. */
bool ingot_patch_is_whole(const ingot_patch *patch);

#ifdef __cplusplus
}
#endif

#endif
