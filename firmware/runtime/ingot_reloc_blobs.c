/* SPDX-License-Identifier: Apache-2.0 */
/* Epoch-controller blobs that stand in front of the params: how long they are, and that each is whole.
 *
 * A blob is INGOT_BLOB, the number of words that follow, and those; or a container with a relocation table in front of
 * it. Each begins at an 8-aligned place. site_scons/ingot/st/npu/container.py has its form. Every byte is
 * looked at a fixed number of times: names are short, and the lists of a table are together not longer than the table.
 */
#include "ingot_reloc_check.h"

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
    for (uint32_t n = 0; n <= INGOT_RELOC_MAX_TEXT && offset < end; n++, offset++)
        if (!*(const char *)(uintptr_t)(table + offset))
            return true;
    return false;
}

/* end: of the table, an offset from it. words: of the blob behind its header. */
static bool check_table(uint32_t table, uint32_t end, uint32_t words)
{
    if (!inside(0, 1, end) || word(table) > (end - 4) / 12)
        return false;
    uint32_t left = end / 4;
    for (uint32_t i = 0; i < word(table); i++) {
        uint32_t entry = table + 4 + 12 * i, n = word(entry + 4), list = word(entry + 8);
        if (!is_name(table, word(entry), end) || !inside(list, n, end) || n > left)
            return false;
        left -= n;
        for (uint32_t k = 0; k < n; k++)
            if (word(table + list + 4 * k) >= words)
                return false;
    }
    return true;
}

/* Words of the container's head; 0 for another magic. */
static uint32_t head_words(uint32_t magic)
{
    return magic == INGOT_BLOB_CONTAINER_20 ? 4 : magic == INGOT_BLOB_CONTAINER_30 || magic == INGOT_BLOB_CONTAINER_50 ? 6 : 0;
}

uint32_t ingot_reloc_blob_offset(uint32_t start)
{
    uint32_t head = head_words(word(start));
    return head ? word(start + (head == 4 ? 12 : 16)) : 0;
}

/* Bytes of the container at `start` up to the end of its blob; 0 when something of it is outside. */
static uint32_t container_bytes(uint32_t start, uint32_t limit)
{
    uint32_t head = head_words(word(start));
    if (limit < HEADER_BYTES || (head == 6 && word(start + 20)))
        return 0;
    uint32_t table = word(start + 4), blob = ingot_reloc_blob_offset(start);
    if (table != 4 * head || blob % 4 || blob <= table || blob > limit)
        return 0;
    uint32_t size = blob_bytes(start + blob, limit - blob);
    return size && check_table(start + table, blob - table, size / 4 - 2) ? blob + size : 0;
}

bool ingot_reloc_measure_blobs(uint32_t start, uint32_t limit, uint32_t *bytes)
{
    for (*bytes = 0; limit - *bytes >= 4;) {
        uint32_t at = start + *bytes, magic = word(at);
        if (magic != INGOT_BLOB && !head_words(magic))
            return true;
        uint32_t size = magic == INGOT_BLOB ? blob_bytes(at, limit - *bytes) : container_bytes(at, limit - *bytes);
        if (!size || limit - *bytes - size < ingot_reloc_aligned(size) - size)
            return false;
        *bytes += ingot_reloc_aligned(size);
    }
    return true;
}
