/* SPDX-License-Identifier: Apache-2.0 */
/* Faults: say what happened and where, then stop. */
#include "cortex_m.h"
#include "ingot_runtime.h"

extern uint32_t _sstack[], _estack[];

/* The handler has a stack of its own: the fault may be that there was no room on the main one. */
__attribute__((used, aligned(8))) static uint64_t fault_stack[64];

/* What the hardware pushes at an exception. */
typedef struct {
    uint32_t r0, r1, r2, r3, r12, lr, pc, psr;
} frame;

__attribute__((naked, used)) void ingot_fault_entry(void)
{
    __asm volatile("mov r1, lr\n\t" /* EXC_RETURN, bit 2: which stack; in instructions that Armv6-M has */
                   "lsls r1, r1, #29\n\t"
                   "mrs r0, msp\n\t"
                   "bpl 1f\n\t"
                   "mrs r0, psp\n\t"
                   "1:\n\t"
#if INGOT_STACK_LIMIT
                   "movs r1, #0\n\t"
                   "msr msplim, r1\n\t"
#endif
                   "ldr r1, =fault_stack + 512\n\t"
                   "mov sp, r1\n\t"
                   "bl ingot_report_fault\n\t"
                   ".ltorg");
}

__attribute__((naked, used)) void ingot_unexpected_entry(void)
{
    __asm volatile("b ingot_fault_entry");
}

static const char *name_of(uint32_t exception)
{
    switch (exception) {
    case 3:
        return "HardFault";
    case 4:
        return "MemManage fault";
    case 5:
        return "BusFault";
    case 6:
        return "UsageFault";
    case 7:
        return "SecureFault";
    default:
        return "unexpected exception";
    }
}

static const char *cause_of(uint32_t cfsr)
{
    if (cfsr & CFSR_STKOF)
        return "stack overflow";
    if (cfsr & (1u << 25))
        return "division by zero";
    if (cfsr & (1u << 24))
        return "unaligned access";
    if (cfsr & (1u << 19))
        return "floating point or Helium is not enabled";
    if (cfsr & (1u << 17))
        return "not Thumb code";
    if (cfsr & (1u << 16))
        return "unknown instruction";
    if (cfsr & (1u << 9))
        return "data access where nothing answers";
    if (cfsr & (1u << 10))
        return "late data access error";
    if (cfsr & (1u << 8))
        return "code fetch where nothing answers";
    if (cfsr & (1u << 1))
        return "data access forbidden";
    if (cfsr & 1u)
        return "code fetch forbidden";
    return "";
}

static void print_register(const char *name, uint32_t value)
{
    ingot_print(name);
    ingot_print_hex(value);
}

__attribute__((used)) _Noreturn void ingot_report_fault(const frame *at)
{
    uint32_t exception, cfsr = INGOT_CONFIGURABLE_FAULTS ? SCB_CFSR : 0;
    __asm volatile("mrs %0, ipsr" : "=r"(exception));
    ingot_print("\ningot: ");
    ingot_print(name_of(exception));
    if (exception < 3 || exception > 7) {
        ingot_print(" ");
        ingot_print_unsigned(exception);
    }
    const char *cause = cause_of(cfsr);
    ingot_print(*cause ? ": " : "");
    ingot_print(cause);
    /* On a stack overflow nothing was pushed, so that the frame is not one. */
    if (!(cfsr & CFSR_STKOF) && (const uint32_t *)at >= _sstack && (const uint32_t *)(at + 1) <= _estack) {
        print_register(" pc=", at->pc);
        print_register(" lr=", at->lr);
        print_register(" psr=", at->psr);
    } else {
        print_register(" sp=", (uint32_t)(uintptr_t)at);
        print_register(" stack from ", (uint32_t)(uintptr_t)_sstack);
    }
    if (cfsr & (1u << 7))
        print_register(" address=", SCB_MMFAR);
    if (cfsr & (1u << 15))
        print_register(" address=", SCB_BFAR);
    if (INGOT_CONFIGURABLE_FAULTS) {
        print_register(" cfsr=", cfsr);
        print_register(" hfsr=", SCB_HFSR);
    }
    ingot_print("\n");
    ingot_exit(1);
}
