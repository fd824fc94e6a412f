/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and the bytes behind them. Internal to the loader; ingot/board/aliases.py has the same rules on the host. */
#ifndef INGOT_RELOC_ALIAS_H
#define INGOT_RELOC_ALIAS_H

#include "ingot_reloc.h"

/* Bytes at addresses start <= a < start + size, as somebody gave them. Two of them are compared by the functions below
 * only: one byte may have several addresses. */
typedef struct {
    uint32_t start, size;
} ingot_reloc_range;

static inline ingot_reloc_range ingot_reloc_range_of(uint32_t start, uint32_t size)
{
    ingot_reloc_range range = {start, size};
    return range;
}

/* The physical address of the byte at `address`. run: in, bytes from there on; out, those whose physical addresses
 * follow each other, at least 1 of at least 1. */
uint32_t ingot_reloc_physical(uint32_t address, uint32_t *run);

/* Whether both hold a common byte; an empty range holds none. No range here is beyond the last address. */
bool ingot_reloc_overlap(ingot_reloc_range one, ingot_reloc_range other);

/* Bytes from the start of `part` on that are in `whole` without a gap. */
uint32_t ingot_reloc_inside(ingot_reloc_range part, ingot_reloc_range whole);

#endif
