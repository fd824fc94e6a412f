/* SPDX-License-Identifier: Apache-2.0 */
/* Which of QEMU's machines this is, and where it has the devices that the twin uses.
 *
 * Asked of the emulated core at run time: a firmware for Cortex-M33 or -M85 also runs on the machine with a Cortex-M55.
 * Addresses and clocks: QEMU's hw/arm/mps2.c, mps2-tz.c and armsse.c; secure addresses where there are two.
 */
#ifndef INGOT_TWIN_H
#define INGOT_TWIN_H

#include <stdint.h>

#include "cortex_m.h"

#define CPUID_PARTNO(cpuid) ((cpuid) >> 4 & 0xFFFu)
#define PARTNO_AN505 0xD21u
#define PARTNO_AN547 0xD22u

/* uart: UART 0. timer: the system counter of the SSE-300 where system_counter is 1, else a dual timer.
 * multiplier / 2^shift: instructions a tick, where an instruction lasts 2^5 ns. */
typedef struct {
    uint32_t uart, timer;
    uint32_t system_counter, multiplier, shift;
} ingot_twin_device_list;

static inline ingot_twin_device_list ingot_twin_devices(void)
{
    switch (CPUID_PARTNO(SCB_CPUID)) {
    case PARTNO_AN547: /* 64 bits at 32 MHz: 1.024 ticks an instruction */
        return (ingot_twin_device_list){0x59303000u, 0x58100000u, 1, 125, 7};
    case PARTNO_AN505: /* 32 bits downwards at 20 MHz: 0.64 ticks an instruction */
        return (ingot_twin_device_list){0x50200000u, 0x50002000u, 0, 25, 4};
    default: /* mps2-an385, -an386, -an500: 32 bits downwards at 25 MHz, 0.8 ticks an instruction */
        return (ingot_twin_device_list){0x40004000u, 0x40002000u, 0, 5, 2};
    }
}

#endif
