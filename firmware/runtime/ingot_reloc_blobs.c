/* SPDX-License-Identifier: Apache-2.0 */
/* Epoch-controller blobs that stand in front of the params: how long they are, and that each is whole.
 *
 * A blob is INGOT_BLOB, the number of words that follow, and those; or a container with a relocation table in front of
 * it. Each begins at an 8-aligned place. site_scons/ingot/image/ecblob.py has the container's form.
 */
#include "ingot_reloc_check.h"

#define INGOT_BLOB 0xCA057A7Au
#define INGOT_BLOB_CONTAINER 0xECBF0030u
#define HEADER_BYTES 24u

static uint32_t word(uint32_t address)
{
    return ingot_reloc_word(address);
}

/* Bytes of the blob at `start`, of which at most `limit` may be read; 0 when it is not whole. */
static uint32_t blob_bytes(uint32_t start, uint32_t limit)
{
    if (limit < 8 || word(start) != INGOT_BLOB || word(start + 4) > limit / 4 - 2)
        return 0;
    return 4 * (word(start + 4) + 2);
}

/* Whether n words at an offset from the table end at or in front of `end`, another offset from the table. */
static bool inside(uint32_t offset, uint32_t n, uint32_t end)
{
    return offset <= end && offset % 4 == 0 && n <= (end - offset) / 4;
}

static bool is_name(uint32_t table, uint32_t offset, uint32_t end)
{
    while (offset < end)
        if (!*(const char *)(uintptr_t)(table + offset++))
            return true;
    return false;
}

/* end: of the table, an offset from it. words: of the blob behind its header. */
static bool check_table(uint32_t table, uint32_t end, uint32_t words)
{
    if (!inside(0, 1, end) || word(table) > (end - 4) / 12)
        return false;
    for (uint32_t i = 0; i < word(table); i++) {
        uint32_t entry = table + 4 + 12 * i, n = word(entry + 4), list = word(entry + 8);
        if (!is_name(table, word(entry), end) || !inside(list, n, end))
            return false;
        for (uint32_t k = 0; k < n; k++)
            if (word(table + list + 4 * k) >= words)
                return false;
    }
    return true;
}

/* Bytes of the container at `start` up to the end of its blob; 0 when something of it is outside. */
static uint32_t container_bytes(uint32_t start, uint32_t limit)
{
    if (limit < HEADER_BYTES)
        return 0;
    uint32_t table = word(start + 4), blob = word(start + 16), end = blob;
    if (table < HEADER_BYTES || table % 4 || blob % 4 || blob <= table || blob > limit)
        return 0;
    for (uint32_t i = 12; i >= 8; i -= 4) { /* debug information, patches: behind the table, where there are any */
        uint32_t behind = word(start + i);
        if (behind && (behind <= table || behind > end || behind % 4))
            return 0;
        end = behind ? behind : end;
    }
    uint32_t size = blob_bytes(start + blob, limit - blob);
    return size && check_table(start + table, end - table, size / 4 - 2) ? blob + size : 0;
}

bool ingot_reloc_measure_blobs(uint32_t start, uint32_t limit, uint32_t *bytes)
{
    for (*bytes = 0; limit - *bytes >= 4;) {
        uint32_t at = start + *bytes, magic = word(at);
        if (magic != INGOT_BLOB && magic != INGOT_BLOB_CONTAINER)
            return true;
        uint32_t size = magic == INGOT_BLOB ? blob_bytes(at, limit - *bytes) : container_bytes(at, limit - *bytes);
        if (!size || limit - *bytes - size < ingot_reloc_aligned(size) - size)
            return false;
        *bytes += ingot_reloc_aligned(size);
    }
    return true;
}
