/* SPDX-License-Identifier: Apache-2.0 */
/* CPU cycles, from the core's cycle counter. It has 32 bits: read it at least once in 2^32 cycles (5 s at 800 MHz).
 * Armv6-M has none: the count stays 0 and its unit says so. */
#include "cortex_m.h"
#include "counter.h"

#if __ARM_ARCH >= 7

const char ingot_counter_unit[] = "cycles";

static uint32_t last;
static uint64_t total;

void ingot_counter_start(void)
{
    DCB_DEMCR |= DEMCR_TRCENA;
#if __ARM_ARCH == 7
    DWT_LAR = DWT_UNLOCK; /* Cortex-M7 locks these registers at reset */
#endif
    DWT_CTRL |= 1;
    last = DWT_CYCCNT;
    total = 0;
}

uint64_t ingot_counter_read(void)
{
    uint32_t now = DWT_CYCCNT;
    total += (uint32_t)(now - last);
    last = now;
    return total;
}

#else

const char ingot_counter_unit[] = "uncounted";

void ingot_counter_start(void)
{
}

uint64_t ingot_counter_read(void)
{
    return 0;
}

#endif
