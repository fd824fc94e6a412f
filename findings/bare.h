/* SPDX-License-Identifier: Apache-2.0 */
/* A program without a library for QEMU's mps3-an547: vectors, text through semihosting, the end with a status. */
#include <stdint.h>

extern char stack_top;
void start(void);

static int semihosting(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static void print(const char *text)
{
    semihosting(0x04, text);
}

static void finish(uint32_t status)
{
    const uint32_t block[2] = {0x20026, status};
    semihosting(0x20, block);
}

static void fault(void)
{
    print("fault\n");
    finish(0);
}

static void reset(void)
{
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20; /* CPACR: FPU and Helium */
    __asm__ volatile("dsb\n isb");
    start();
    finish(0);
}

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    &stack_top, (void *)reset, (void *)fault, (void *)fault, (void *)fault, (void *)fault, (void *)fault, (void *)fault,
};
