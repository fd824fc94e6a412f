/* SPDX-License-Identifier: Apache-2.0 */
/* The NPU of the STM32N6: clocks, accesses, caches, and programs of its epoch controller. Not yet run on hardware.
 *
 * Written from what is public and open, nothing copied; each number has one of these sources:
 *   [E] embassy-rs/embassy, embassy-stm32/src/npu/{mod,regs,cache}.rs (MIT or Apache-2.0): order of the start, addresses of
 *       the units, interrupt sources, NPU cache, start and end of a blob
 *   [T] Tiku Operating System, tiku_npu_arch.c for the STM32N6 (Apache-2.0): resets, RIFSC, clock gates
 *   [Z] zephyrproject-rtos/zephyr, drivers for the compatibles st,stm32-npu and st,stm32-npu-cache (Apache-2.0): master
 *       attributes CID 1, secure and privileged
 *   [L] linux, drivers/bus/stm32_rifsc.c: fields of RIMC_ATTR
 * Secure addresses: the first-stage loader starts the application in the secure state. AXISRAM3 to 6 are switched on by
 * firmware/startup/chip_stm32n6.c. The driver polls and never sleeps, so that no clock stops in a sleep mode. Clocks of
 * the NPU itself (its PLL, the core supply that they need) are the loader's.
 */
#include "ingot_npu.h"

#include "npu_registers.h"

/* Cycles of the CPU after which a program is given up: 1 s at 800 MHz; the longest public network takes 0.1 s. */
#ifndef INGOT_NPU_CYCLES
#define INGOT_NPU_CYCLES 800000000u
#endif
/* Cycles for a unit to leave its reset, or a cache to empty itself. */
#define SHORT_CYCLES 800000u

/* ---- RCC [T], RIFSC [T] [L] ---- */

#define RCC_AHB5RSTR 0x56028220u
#define RCC_AHB5ENR 0x56028260u
#define AHB5_CACHE (1u << 30)
#define AHB5_NPU (1u << 31)
#define RIFSC_SECCFGR3 0x5402401Cu
#define RIFSC_PRIVCFGR3 0x5402403Cu
#define RIFSC_OF_NPU (1u << 10)
#define RIFSC_RIMC_ATTR1 0x54024C14u
#define ATTR_MCID (7u << 4)
#define ATTR_CID1 (1u << 4)
#define ATTR_MSEC (1u << 8)
#define ATTR_MPRIV (1u << 9)

/* ---- Units of the NPU [E]; secure addresses [T] ---- */

#define NPU 0x580E0000u
#define CLK_CTRL (NPU + 0x00u)
#define CLK_AGATES0 (NPU + 0x08u)
#define CLK_AGATES1 (NPU + 0x0Cu)
#define CLK_BGATES (NPU + 0x10u)
#define INT_CTRL (NPU + 0x1000u)
#define INT_STATUS (NPU + 0x1008u)
#define INT_CLEAR (NPU + 0x1010u)
#define INT_OR_MASK0 (NPU + 0x1014u)
#define INT_AND_MASK0 (NPU + 0x1024u)
#define BUSIF_CTRL(number) (NPU + 0x2000u + 0x1000u * (number))
#define EPOCH_CTRL (NPU + 0x1E000u)
#define EPOCH_ADDRESS (NPU + 0x1E008u)
#define EPOCH_IRQ (NPU + 0x1E00Cu)
#define EN (1u << 0)
#define CLR (1u << 1)
#define CONFCLR (1u << 30)
#define SOURCE_STREAM_ERROR (0x3FFu << 10)
#define SOURCE_BUS_ERROR (3u << 25)
#define SOURCE_END (1u << 28)
#define SOURCE_NO_ANSWER (1u << 29)
#define SOURCE_ERROR (1u << 30)
#define ALL 0xFFFFFFFFu

/* ---- The NPU's cache [E] ---- */

#define CACHE 0x580DFC00u
#define CACHE_CR1 (CACHE + 0x00u)
#define CACHE_SR (CACHE + 0x04u)
#define CACHE_FCR (CACHE + 0x0Cu)
#define CR1_EN (1u << 0)
#define CR1_INVALIDATE (1u << 1)
#define SR_BUSY (1u << 0)
#define SR_BUSY_END (1u << 1)
#define SR_BUSY_COMMAND (1u << 3)
#define FCR_BUSY_END (1u << 1)

#define BLOB_MAGIC 0xCA057A7Au

static bool started;

static void set_bits(uint32_t address, uint32_t bits)
{
    npu_write(address, npu_read(address) | bits);
}

static void clear_bits(uint32_t address, uint32_t bits)
{
    npu_write(address, npu_read(address) & ~bits);
}

/* Whether the bits become 0 (or, with `wanted`, one of them 1) in time. */
static bool wait_for(uint32_t address, uint32_t bits, bool wanted, uint32_t cycles)
{
    uint32_t begin = npu_cycles();
    while ((npu_read(address) & bits) ? !wanted : wanted)
        if (npu_cycles() - begin > cycles)
            return false;
    return true;
}

/* A unit's pipeline and registers as after a reset. */
static bool cleared(uint32_t control)
{
    npu_write(control, CLR);
    if (!wait_for(control, CLR, false, SHORT_CYCLES))
        return false;
    npu_write(control, CONFCLR);
    return wait_for(control, CONFCLR, false, SHORT_CYCLES);
}

/* Flash may have been written since the cache read it. */
static bool empty_cache(void)
{
    if (!wait_for(CACHE_SR, SR_BUSY | SR_BUSY_COMMAND, false, SHORT_CYCLES))
        return false;
    npu_write(CACHE_FCR, FCR_BUSY_END);
    set_bits(CACHE_CR1, CR1_INVALIDATE);
    if (!wait_for(CACHE_SR, SR_BUSY_END, true, SHORT_CYCLES))
        return false;
    npu_write(CACHE_FCR, FCR_BUSY_END);
    return true;
}

static void reset_with_clock(uint32_t bit)
{
    set_bits(RCC_AHB5ENR, bit);
    npu_barrier();
    set_bits(RCC_AHB5RSTR, bit);
    npu_barrier();
    clear_bits(RCC_AHB5RSTR, bit);
    npu_barrier();
}

ingot_npu_result ingot_npu_start(void)
{
    if (started)
        return INGOT_NPU_OK;
    npu_count_cycles();
    reset_with_clock(AHB5_NPU);
    reset_with_clock(AHB5_CACHE);
    if (!(npu_read(RCC_AHB5ENR) & AHB5_NPU) || !(npu_read(RCC_AHB5ENR) & AHB5_CACHE))
        return INGOT_NPU_NOT_STARTED;
    /* The NPU's accesses are those of the CPU's compartment, secure and privileged; so are those to its registers. */
    npu_write(RIFSC_RIMC_ATTR1, (npu_read(RIFSC_RIMC_ATTR1) & ~ATTR_MCID) | ATTR_CID1 | ATTR_MSEC | ATTR_MPRIV);
    set_bits(RIFSC_SECCFGR3, RIFSC_OF_NPU);
    set_bits(RIFSC_PRIVCFGR3, RIFSC_OF_NPU);
    npu_barrier();
    set_bits(CLK_CTRL, CLR);
    npu_write(CLK_CTRL, EN);
    npu_write(CLK_AGATES0, ALL);
    npu_write(CLK_AGATES1, ALL);
    npu_write(CLK_BGATES, ALL);
    npu_write(BUSIF_CTRL(0u), EN);
    npu_write(BUSIF_CTRL(1u), EN);
    if (!cleared(INT_CTRL))
        return INGOT_NPU_NOT_STARTED;
    /* Nothing reaches the CPU as an interrupt: the sources are polled. */
    npu_write(INT_OR_MASK0, ALL);
    npu_write(INT_AND_MASK0, ALL);
    set_bits(INT_CTRL, EN);
    if (!wait_for(CACHE_SR, SR_BUSY, false, SHORT_CYCLES))
        return INGOT_NPU_NOT_STARTED;
    set_bits(CACHE_CR1, CR1_EN);
    if (!empty_cache() || !cleared(EPOCH_CTRL))
        return INGOT_NPU_NOT_STARTED;
    started = true;
    return INGOT_NPU_OK;
}

/* The epoch controller's own source first, or the latch behind it sets itself again. */
static void acknowledge(uint32_t sources)
{
    npu_write(EPOCH_IRQ, npu_read(EPOCH_IRQ));
    npu_barrier();
    npu_write(INT_CLEAR, sources);
    npu_barrier();
}

static ingot_npu_result end_of_program(void)
{
    const uint32_t errors = SOURCE_STREAM_ERROR | SOURCE_BUS_ERROR | SOURCE_NO_ANSWER | SOURCE_ERROR;
    uint32_t begin = npu_cycles();
    for (;;) {
        uint32_t sources = npu_read(INT_STATUS);
        if (sources & (SOURCE_NO_ANSWER | SOURCE_ERROR))
            return INGOT_NPU_REFUSED;
        if (sources & errors)
            return INGOT_NPU_BUS;
        if (sources & SOURCE_END)
            return INGOT_NPU_OK;
        if (npu_cycles() - begin > INGOT_NPU_CYCLES)
            return INGOT_NPU_TIMEOUT;
    }
}

ingot_npu_result ingot_npu_run(const void *blob)
{
    uint32_t address = (uint32_t)(uintptr_t)blob;
    if (address % 8 || npu_blob_word(blob) != BLOB_MAGIC)
        return INGOT_NPU_NO_BLOB;
    ingot_npu_result result = ingot_npu_start();
    if (result != INGOT_NPU_OK)
        return result;
    acknowledge(ALL);
    npu_write(EPOCH_CTRL, 0);
    npu_write(EPOCH_ADDRESS, address);
    set_bits(EPOCH_CTRL, EN);
    result = end_of_program();
    acknowledge(ALL);
    bool stopped = cleared(EPOCH_CTRL);
    if (result != INGOT_NPU_OK || !stopped)
        started = false; /* units may still move data: the next start resets all of them */
    return result == INGOT_NPU_OK && !stopped ? INGOT_NPU_TIMEOUT : result;
}

ingot_npu_result ingot_npu_memory_changed(void)
{
    return !started || empty_cache() ? INGOT_NPU_OK : INGOT_NPU_NOT_STARTED;
}
