/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU's data cache around programs of the NPU: what network.c calls. A relocatable image brings its own copy.
 * Addresses of the commands: Arm, Armv8-M Architecture Reference Manual, cache maintenance by address. */
#include "ingot_npu.h"

#include "npu_registers.h"

#define DCIMVAC 0xE000EF5Cu
#define DCCMVAC 0xE000EF68u
#define LINE 32u

static void each_line(uint32_t command, const void *from, uint32_t size)
{
    uint32_t line = (uint32_t)(uintptr_t)from & ~(LINE - 1u), end = (uint32_t)(uintptr_t)from + size;
    npu_barrier();
    for (; line < end; line += LINE)
        npu_write(command, line);
    npu_barrier();
}

void ingot_npu_write_back(const void *from, uint32_t size)
{
    each_line(DCCMVAC, from, size);
}

void ingot_npu_forget(void *from, uint32_t size)
{
    each_line(DCIMVAC, from, size);
}
