/* SPDX-License-Identifier: Apache-2.0 */
/* How the driver reaches registers, the cycle counter and a blob. With INGOT_NPU_REGISTER_FILE whoever tests the driver on
 * the host defines these functions. */
#ifndef INGOT_NPU_REGISTERS_H
#define INGOT_NPU_REGISTERS_H

#include <stdint.h>

#ifdef INGOT_NPU_REGISTER_FILE

uint32_t npu_read(uint32_t address);
void npu_write(uint32_t address, uint32_t value);
uint32_t npu_cycles(void);
void npu_count_cycles(void);
void npu_barrier(void);
uint32_t npu_blob_word(const void *blob);

#else

#include "cortex_m.h"

static inline uint32_t npu_read(uint32_t address)
{
    return INGOT_REGISTER(address);
}

static inline void npu_write(uint32_t address, uint32_t value)
{
    INGOT_REGISTER(address) = value;
}

/* The counter of the core runs on; ingot_counter_start() may set nothing back but its own sums. */
static inline uint32_t npu_cycles(void)
{
    return DWT_CYCCNT;
}

static inline void npu_count_cycles(void)
{
    DCB_DEMCR |= DEMCR_TRCENA;
    DWT_CTRL |= 1u;
}

static inline void npu_barrier(void)
{
    ingot_barrier();
}

static inline uint32_t npu_blob_word(const void *blob)
{
    return *(const volatile uint32_t *)blob;
}

#endif

#endif
