/* SPDX-License-Identifier: Apache-2.0 */
/* The memories that a firmware needs, from the linker script. An access to one that is not mapped never ends, so the chip
 * asks their controllers, not them. For the one file of a chip. */
#ifndef INGOT_NEEDED_MEMORIES_H
#define INGOT_NEEDED_MEMORIES_H

#include <stddef.h>

#include "ingot_runtime.h"

/* A controller and the 256 MiB in which it shows its memory. missing: why that does not answer; NULL when it does. */
typedef struct {
    const char *name;
    uint32_t window;
    const char *(*missing)(void);
} external_memory;

/* Addresses of memory that this firmware needs; 0 stands for none. */
extern const uint32_t _smemories[] __attribute__((weak)), _ememories[] __attribute__((weak));

static inline void require_memory(const external_memory *memory, const char *why, uint32_t address, const char *who)
{
    if (memory->window != (address & 0xF0000000u) || !why)
        return;
    ingot_print("ingot: the memory at ");
    ingot_print_hex(address);
    ingot_print(" is not mapped: ");
    ingot_print(memory->name);
    ingot_print(" ");
    ingot_print(why);
    ingot_print("\n");
    ingot_stop(who);
}

/* Prints which memories are mapped, and ends the firmware where one that it needs is not. who: has to map it. */
static inline void look_at_memories(const external_memory *memories, size_t count, const char *who)
{
    bool any = false;
    ingot_print("; external memory mapped:");
    for (size_t i = 0; i < count; i++) {
        if (memories[i].missing())
            continue;
        ingot_print(" ");
        ingot_print_hex(memories[i].window);
        any = true;
    }
    ingot_print(any ? "\n" : " none\n");
    for (const uint32_t *needed = _smemories; needed < _ememories; needed++)
        for (size_t i = 0; i < count; i++)
            require_memory(&memories[i], memories[i].missing(), *needed, who);
}

#endif
