/* SPDX-License-Identifier: Apache-2.0 */
/* From reset to main().
 *
 * Settings (macros, from the board file): INGOT_ICACHE, INGOT_DCACHE: 1 switches the cache on.
 * Hooks: board_start.h. They run before main(), with memory and caches ready.
 * The linker script provides _sstack _estack _sidata _sdata _edata _sbss _ebss.
 */
#include "board_start.h"
#include "cortex_m.h"

#ifndef INGOT_ICACHE
#define INGOT_ICACHE 0
#endif
#ifndef INGOT_DCACHE
#define INGOT_DCACHE 0
#endif

extern uint32_t _sidata[], _sdata[], _edata[], _sbss[], _ebss[];
extern void (*const ingot_vectors[])(void);
typedef void (*constructor)(void);
extern constructor __init_array_start[] __attribute__((weak));
extern constructor __init_array_end[] __attribute__((weak));

extern int main(void);
extern _Noreturn void ingot_exit(int status);
_Noreturn void ingot_start(void);

__attribute__((weak)) void ingot_console_open(void)
{
}

__attribute__((weak)) void ingot_chip_init(void)
{
}

__attribute__((weak)) void ingot_board_init(void)
{
}

__attribute__((weak)) void ingot_chip_ready(void)
{
}

/* In assembler, because the compiler may use floating-point and Helium registers anywhere in C: those are off until
 * CPACR (0xE000ED88) enables coprocessors 10 and 11. Code for a core without them leaves it alone. The stack is set again
 * for a loader that jumps here. INGOT_STACK_LIMIT: the core has the register MSPLIM. */
__attribute__((naked, used)) void Reset_Handler(void)
{
    __asm volatile("cpsid i\n\t"
                   "movs r0, #0\n\t"
                   "msr control, r0\n\t"
                   "isb\n\t"
#if INGOT_STACK_LIMIT
                   "msr msplim, r0\n\t"
#endif
                   "ldr r0, =_estack\n\t"
                   "mov sp, r0\n\t"
#if INGOT_STACK_LIMIT
                   "ldr r0, =_sstack\n\t"
                   "msr msplim, r0\n\t"
#endif
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
                   "ldr r0, =0xE000ED88\n\t"
                   "ldr r1, [r0]\n\t"
                   "orr r1, r1, #0x00F00000\n\t"
                   "str r1, [r0]\n\t"
                   "dsb\n\t"
                   "isb\n\t"
#endif
                   "bl ingot_start\n\t"
                   ".ltorg");
}

#if INGOT_DCACHE
/* Contents of a cache are unknown after reset; every line is invalidated by set and way before the cache goes on. */
static void invalidate_data_cache(void)
{
    SCB_CSSELR = 0;
    ingot_barrier();
    uint32_t geometry = SCB_CCSIDR;
    uint32_t sets = (geometry >> 13) & 0x7FFF;
    uint32_t ways = (geometry >> 3) & 0x3FF;
    unsigned way_shift = ways ? (unsigned)__builtin_clz(ways) : 0;
    unsigned set_shift = (geometry & 7) + 4;
    for (uint32_t set = 0; set <= sets; set++)
        for (uint32_t way = 0; way <= ways; way++)
            SCB_DCISW = (way_shift ? way << way_shift : 0) | set << set_shift;
    ingot_barrier();
}
#endif

static void enable_caches(void)
{
#if (INGOT_ICACHE || INGOT_DCACHE) && INGOT_STACK_LIMIT
    MEMSYSCTL_MSCR |= MSCR_DCACTIVE | MSCR_ICACTIVE;
    ingot_barrier();
#endif
#if INGOT_ICACHE
    SCB_ICIALLU = 0;
    ingot_barrier();
    SCB_CCR |= CCR_IC;
#endif
#if INGOT_DCACHE
    invalidate_data_cache();
    SCB_CCR |= CCR_DC;
#endif
    ingot_barrier();
}

_Noreturn void ingot_start(void)
{
    SCB_VTOR = (uint32_t)(uintptr_t)ingot_vectors;
#if INGOT_CONFIGURABLE_FAULTS
    SCB_SHCSR |= SHCSR_FAULTS;
#endif
#if INGOT_STACK_LIMIT
    SCB_CCR |= CCR_BP | CCR_LOB;
#endif
    enable_caches();
    /* Where .data is linked to run in place this copies it onto itself. */
    for (uint32_t *from = _sidata, *to = _sdata; to < _edata;)
        *to++ = *from++;
    for (uint32_t *to = _sbss; to < _ebss;)
        *to++ = 0;
    ingot_console_open();
    ingot_chip_init();
    ingot_board_init();
    ingot_chip_ready();
    for (constructor *c = __init_array_start; c < __init_array_end; c++)
        (*c)();
    __asm volatile("cpsie i" ::: "memory");
    ingot_exit(main());
}
