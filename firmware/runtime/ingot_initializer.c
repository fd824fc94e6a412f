/* SPDX-License-Identifier: Apache-2.0 */
#include "ingot_runtime.h"

#include <string.h>

_Static_assert(sizeof(ingot_initializer_header) == INGOT_INITIALIZER_HEADER, "header layout");

/* Remainders of the sixteen nibbles for the reflected polynomial 0xEDB88320. */
static const uint32_t remainder_of[16] = {
    0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
    0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
};

#define TWO_STEPS(crc)                             \
    crc = remainder_of[crc & 15] ^ (crc >> 4);     \
    crc = remainder_of[crc & 15] ^ (crc >> 4);

uint32_t ingot_crc32(uint32_t crc, const void *data, uint32_t n)
{
    const uint8_t *byte = data;
    crc = ~crc;
    /* Four bytes at a time: a word from memory, then eight table steps in registers. */
    for (; n >= 4; n -= 4, byte += 4) {
        uint32_t word;
        memcpy(&word, byte, 4);
        crc ^= word;
        TWO_STEPS(crc) TWO_STEPS(crc) TWO_STEPS(crc) TWO_STEPS(crc)
    }
    for (; n; n--, byte++) {
        crc ^= *byte;
        TWO_STEPS(crc)
    }
    return ~crc;
}

bool ingot_check_initializer(const void *base, const uint8_t *layout, uint32_t size)
{
    const ingot_initializer_header *found = base;
    ingot_initializer_verdict verdict = INGOT_INITIALIZER_OK;
    uint32_t crc = 0;
    if (memcmp(found->magic, "IGT1", 4) != 0)
        verdict = INGOT_INITIALIZER_ABSENT;
    else if (found->format != INGOT_INITIALIZER_FORMAT)
        verdict = INGOT_INITIALIZER_OLD;
    else if (memcmp(found->layout, layout, sizeof found->layout) != 0)
        verdict = INGOT_INITIALIZER_OTHER;
    else if (found->size != size)
        verdict = INGOT_INITIALIZER_CUT;
    else {
        crc = ingot_crc32(0, found + 1, size - INGOT_INITIALIZER_HEADER);
        if (crc != found->crc)
            verdict = INGOT_INITIALIZER_DAMAGED;
    }
    if (verdict == INGOT_INITIALIZER_OK)
        return true;
    ingot_initializer_refused(verdict, found, layout, size, crc);
    return false;
}
