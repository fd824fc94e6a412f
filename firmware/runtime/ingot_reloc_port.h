/* SPDX-License-Identifier: Apache-2.0 */
/* What the loader must know about the processor it runs on. Tests on a host define the four values themselves. */
#ifndef INGOT_RELOC_PORT_H
#define INGOT_RELOC_PORT_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__arm__)

#define INGOT_REGISTER_AT(address) (*(volatile uint32_t *)(address))

/* CPUID part number, FPU access (CPACR) and the caches that are on. */
#define INGOT_RELOC_CPU (INGOT_REGISTER_AT(0xE000ED00u) >> 4 & 0xFFFu)
#define INGOT_RELOC_FPU_ON ((INGOT_REGISTER_AT(0xE000ED88u) >> 20 & 15u) == 15u)
#if defined(__ARM_PCS_VFP)
#define INGOT_RELOC_FLOAT_ABI 2u
#elif defined(__ARM_FP)
#define INGOT_RELOC_FLOAT_ABI 1u
#else
#define INGOT_RELOC_FLOAT_ABI 0u
#endif

#define INGOT_CACHE_LINE 32u

/* Makes `size` bytes of code and data that were just written visible to instruction fetch and to other masters. */
static inline void ingot_reloc_synchronize(uint32_t start, uint32_t size)
{
    uint32_t control = INGOT_REGISTER_AT(0xE000ED14u); /* CCR: DC, IC */
    __asm volatile("dsb" ::: "memory");
    if (control & 1u << 16) {
        for (uint32_t line = start & ~(INGOT_CACHE_LINE - 1); line - start < size || line < start;
             line += INGOT_CACHE_LINE)
            INGOT_REGISTER_AT(0xE000EF68u) = line; /* DCCMVAC */
        __asm volatile("dsb" ::: "memory");
    }
    if (control & 1u << 17) {
        INGOT_REGISTER_AT(0xE000EF50u) = 0; /* ICIALLU: also branch prediction */
        INGOT_REGISTER_AT(0xE000EF78u) = 0; /* BPIALL */
    }
    __asm volatile("dsb\n\tisb" ::: "memory");
}

#else

#ifndef INGOT_RELOC_CPU
#define INGOT_RELOC_CPU 0xD22u
#define INGOT_RELOC_FPU_ON true
#define INGOT_RELOC_FLOAT_ABI 2u
#endif

static inline void ingot_reloc_synchronize(uint32_t start, uint32_t size)
{
    (void)start;
    (void)size;
}

#endif

/* As 32-bit Arm compilers lay them out: sizeof(LL_Buffer_InfoTypeDef) | sizeof(EpochBlock_ItemTypeDef) << 8. */
#ifdef LL_ATON_EB_DBG_INFO
#define INGOT_RELOC_STRUCT_SIZES (56u | 48u << 8)
#else
#define INGOT_RELOC_STRUCT_SIZES (56u | 20u << 8)
#endif

#endif
