/* SPDX-License-Identifier: Apache-2.0 */
/* The vector table. Handlers are weak: an application defines SysTick_Handler and the like, and its own table when it
 * uses peripheral interrupts. */
#include <stdint.h>

extern uint32_t _estack[];
extern void Reset_Handler(void);
extern void ingot_fault_entry(void);
extern void ingot_unexpected_entry(void);

#define WEAK_HANDLER __attribute__((weak, alias("unexpected")))

/* Naked, so that an unexpected exception arrives in fault.c with the stack as the hardware left it. */
__attribute__((naked, used)) static void unexpected(void)
{
    __asm volatile("b ingot_unexpected_entry");
}

WEAK_HANDLER void NMI_Handler(void);
WEAK_HANDLER void SVC_Handler(void);
WEAK_HANDLER void DebugMon_Handler(void);
WEAK_HANDLER void PendSV_Handler(void);
WEAK_HANDLER void SysTick_Handler(void);

typedef void (*vector)(void);

/* 128-byte alignment suffices for 16 vectors; VTOR ignores the lower 7 bits. */
__attribute__((section(".isr_vector"), used, aligned(128))) const vector ingot_vectors[16] = {
    (vector)(uintptr_t)_estack,
    Reset_Handler,
    NMI_Handler,
    ingot_fault_entry, /* HardFault */
    ingot_fault_entry, /* MemManage */
    ingot_fault_entry, /* BusFault */
    ingot_fault_entry, /* UsageFault */
    ingot_fault_entry, /* SecureFault (Armv8-M) */
    0,
    0,
    0,
    SVC_Handler,
    DebugMon_Handler,
    0,
    PendSV_Handler,
    SysTick_Handler,
};
