/* SPDX-License-Identifier: Apache-2.0 */
/* One byte, one physical address. */
#include "ingot_reloc_alias.h"

#if defined(__arm__)

/* firmware.ld defines three symbols for each alias of the board; without them there are none. A symbol's address is the
 * value. */
#define SYMBOLS(n)                                                      \
    extern const char _salias_##n[] __attribute__((weak));              \
    extern const char _ealias_##n[] __attribute__((weak));              \
    extern const char _oalias_##n[] __attribute__((weak));
SYMBOLS(0) SYMBOLS(1) SYMBOLS(2) SYMBOLS(3)

static const struct {
    const char *start, *end, *alias_of;
} aliases[INGOT_RELOC_MAX_ALIASES] = {
#define SYMBOL(n) {_salias_##n, _ealias_##n, _oalias_##n}
    SYMBOL(0), SYMBOL(1), SYMBOL(2), SYMBOL(3),
};

__attribute__((weak)) bool ingot_reloc_alias_of(uint32_t number, ingot_reloc_alias *alias)
{
    if (number >= INGOT_RELOC_MAX_ALIASES || !aliases[number].end)
        return false;
    alias->start = (uint32_t)aliases[number].start;
    alias->end = (uint32_t)aliases[number].end;
    alias->alias_of = (uint32_t)aliases[number].alias_of;
    return true;
}

#else

__attribute__((weak)) bool ingot_reloc_alias_of(uint32_t number, ingot_reloc_alias *alias)
{
    (void)number;
    (void)alias;
    return false;
}

#endif

uint32_t ingot_reloc_physical(uint32_t address, uint32_t *run)
{
    uint32_t physical = address;
    ingot_reloc_alias alias;
    for (uint32_t i = 0; ingot_reloc_alias_of(i, &alias); i++) {
        uint32_t edge = address < alias.start ? alias.start : alias.end; /* the next one upwards, where there is one */
        if (address < edge && edge - address < *run)
            *run = edge - address;
        if (address >= alias.start && address < alias.end)
            physical = address - alias.start + alias.alias_of;
    }
    return physical;
}

/* Bytes from the physical address `low` on that are in `whole` without a gap, of one run of it; 0: it is not in it.
 * next: the distance to the nearest byte of `whole` above it. */
static uint32_t held(uint32_t low, ingot_reloc_range whole, uint32_t *next)
{
    uint32_t most = 0;
    for (uint32_t at = 0, run; at < whole.size; at += run) {
        run = whole.size - at;
        uint32_t start = ingot_reloc_physical(whole.start + at, &run);
        if (low - start < run && run - (low - start) > most)
            most = run - (low - start);
        if (start - low < *next)
            *next = start - low;
    }
    return most;
}

bool ingot_reloc_overlap(ingot_reloc_range one, ingot_reloc_range other)
{
    for (uint32_t at = 0, run; at < one.size; at += run) {
        run = one.size - at;
        uint32_t next = UINT32_MAX, low = ingot_reloc_physical(one.start + at, &run);
        if (held(low, other, &next) || next < run)
            return true;
    }
    return false;
}

uint32_t ingot_reloc_inside(ingot_reloc_range part, ingot_reloc_range whole)
{
    uint32_t inside = 0;
    while (inside < part.size) {
        uint32_t run = part.size - inside, next = 0;
        uint32_t bytes = held(ingot_reloc_physical(part.start + inside, &run), whole, &next);
        if (!bytes)
            break;
        inside += bytes < run ? bytes : run;
    }
    return inside;
}
