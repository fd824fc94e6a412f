/* SPDX-License-Identifier: Apache-2.0 */
/* The few registers of a Cortex-M core that the startup touches; addresses from the Armv8-M and Armv7-M manuals. */
#ifndef INGOT_CORTEX_M_H
#define INGOT_CORTEX_M_H

#include <stdint.h>

/* What differs between the architectures (__ARM_ARCH is 6 for Armv6-M, whose only fault is the HardFault; Armv8-M
 * Baseline has no MSPLIM of the non-secure state, and no core here is one). */
#define INGOT_CONFIGURABLE_FAULTS (__ARM_ARCH >= 7)
#define INGOT_STACK_LIMIT (__ARM_ARCH >= 8)

#define INGOT_REGISTER(address) (*(volatile uint32_t *)(address))

#define SCB_CPUID INGOT_REGISTER(0xE000ED00u)
#define SCB_VTOR INGOT_REGISTER(0xE000ED08u)
#define SCB_CCR INGOT_REGISTER(0xE000ED14u)
#define SCB_SHCSR INGOT_REGISTER(0xE000ED24u)
#define SCB_CFSR INGOT_REGISTER(0xE000ED28u)
#define SCB_HFSR INGOT_REGISTER(0xE000ED2Cu)
#define SCB_MMFAR INGOT_REGISTER(0xE000ED34u)
#define SCB_BFAR INGOT_REGISTER(0xE000ED38u)
#define SCB_CCSIDR INGOT_REGISTER(0xE000ED80u)
#define SCB_CSSELR INGOT_REGISTER(0xE000ED84u)
#define SCB_ICIALLU INGOT_REGISTER(0xE000EF50u)
#define SCB_DCISW INGOT_REGISTER(0xE000EF60u)
#define SAU_SFSR INGOT_REGISTER(0xE000EDE4u)
#define MEMSYSCTL_MSCR INGOT_REGISTER(0xE001E000u) /* Cortex-M55 */
#define DCB_DEMCR INGOT_REGISTER(0xE000EDFCu)
#define DWT_CTRL INGOT_REGISTER(0xE0001000u)
#define DWT_CYCCNT INGOT_REGISTER(0xE0001004u)
#define DWT_LAR INGOT_REGISTER(0xE0001FB0u) /* Armv7-M */

#define CCR_DC (1u << 16)
#define CCR_IC (1u << 17)
#define CCR_BP (1u << 18)
#define CCR_LOB (1u << 19) /* loop buffer of the low-overhead loops that Helium code is made of */
#define SHCSR_FAULTS ((1u << 16) | (1u << 17) | (1u << 18) | (1u << 19)) /* MemManage, Bus, Usage, Secure */
#define MSCR_DCACTIVE (1u << 12)
#define MSCR_ICACTIVE (1u << 13)
#define CFSR_STKOF (1u << 20)
#define DEMCR_TRCENA (1u << 24)
#define DWT_UNLOCK 0xC5ACCE55u

static inline void ingot_barrier(void)
{
    __asm volatile("dsb\n\tisb" ::: "memory");
}

#endif
