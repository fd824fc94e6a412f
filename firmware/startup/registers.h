/* SPDX-License-Identifier: Apache-2.0 */
/* A chip's registers, by address. With INGOT_REGISTER_FILE the three functions are somebody else's: a test on the host
 * runs the start-up of a board against registers of its own, and sees each access in order. */
#ifndef INGOT_REGISTERS_H
#define INGOT_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

/* How often a register is read until it must say what is waited for. A read of a peripheral takes ten cycles and more:
 * at least 10 ms at 800 MHz, where oscillators need microseconds and a byte at 9600 baud 1 ms. */
#ifndef INGOT_POLLS
#define INGOT_POLLS 1000000u
#endif

#ifdef INGOT_REGISTER_FILE

uint32_t register_read(uint32_t address);
void register_write(uint32_t address, uint32_t value);
void register_barrier(void);

#else

#include "cortex_m.h"

static inline uint32_t register_read(uint32_t address)
{
    return INGOT_REGISTER(address);
}

static inline void register_write(uint32_t address, uint32_t value)
{
    INGOT_REGISTER(address) = value;
}

static inline void register_barrier(void)
{
    ingot_barrier();
}

#endif

static inline void register_change(uint32_t address, uint32_t clear, uint32_t set)
{
    register_write(address, (register_read(address) & ~clear) | set);
}

/* Waits until the bits of mask are those of value. False after INGOT_POLLS reads. */
static inline bool register_becomes(uint32_t address, uint32_t mask, uint32_t value)
{
    for (uint32_t polls = 0; polls < INGOT_POLLS; polls++)
        if ((register_read(address) & mask) == value)
            return true;
    return false;
}

#endif
