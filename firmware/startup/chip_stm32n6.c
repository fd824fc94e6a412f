/* SPDX-License-Identifier: Apache-2.0 */
/* STM32N6: switches on the internal RAM banks that are off after reset, and looks whether the external memories are there.
 *
 * AXISRAM2..6 need a clock (RCC_MEMENR) and must leave their shutdown state (RAMCFG_SRAMxCR.SRAMSD); an access to one
 * that is off never ends. External memory answers where its XSPI controller is in memory-mapped mode, which the
 * first-stage loader or the project's ingot_board_init() sees to; elsewhere an access never ends either, so that the
 * controllers are asked, not the memory. Secure addresses: the loader starts the application in the secure state.
 * Registers: RM0486, RCC, RAMCFG and XSPI; bits of the clocks also in Zephyr's device tree of the chip.
 */
#include "board_start.h"
#include "needed_memories.h"
#include "registers.h"

#define RCC 0x56028000u
#define RCC_CFGR1 (RCC + 0x020u)
#define RCC_MEMENR (RCC + 0x24Cu)
#define RCC_AHB2ENR (RCC + 0x254u)
#define RCC_AHB5ENR (RCC + 0x260u)
#define RCC_MEMENSR (RCC + 0xA4Cu) /* writing 1 sets the bit in MEMENR */
#define RCC_AHB2ENSR (RCC + 0xA54u)
#define CPU_CLOCK(cfgr1) ((cfgr1) >> 20 & 3u) /* CPUSWS */
#define CPU_CLOCK_IC1 3u
#define MEMEN_AXISRAM (0xFu | 3u << 7) /* 3 to 6, 1 and 2 */
#define AHB2EN_RAMCFG (1u << 12)
#define RAMCFG_CR(bank) (0x52023000u + 0x80u * ((bank) - 1u)) /* banks 1 to 6 */
#define CR_SRAMSD (1u << 20)

#define AHB5EN_XSPI1 (1u << 5)
#define AHB5EN_XSPI2 (1u << 12)
#define AHB5EN_XSPI3 (1u << 17)

#define XSPI1 0x58025000u /* each begins with CR */
#define XSPI2 0x5802A000u
#define XSPI3 0x5802D000u
#define XSPI_CR_EN (1u << 0)
#define XSPI_CR_MAPPED (3u << 28) /* FMODE */

static const char *const clock_names[] = {"HSI", "MSI", "HSE", "IC1"};

static void wake(unsigned bank)
{
    static char message[] = "AXISRAM0 stays in shutdown (RAMCFG_SRAMxCR.SRAMSD): the loader keeps RAMCFG to itself";
    register_change(RAMCFG_CR(bank), CR_SRAMSD, 0);
    if (register_becomes(RAMCFG_CR(bank), CR_SRAMSD, 0))
        return;
    message[7] = (char)('0' + bank);
    ingot_stop(message);
}

void ingot_chip_init(void)
{
    register_write(RCC_MEMENSR, MEMEN_AXISRAM);
    register_write(RCC_AHB2ENSR, AHB2EN_RAMCFG);
    register_barrier();
    if (!register_becomes(RCC_MEMENR, MEMEN_AXISRAM, MEMEN_AXISRAM))
        ingot_stop("AXISRAM gets no clock (RCC_MEMENR): the loader keeps these bits to itself");
    if (!register_becomes(RCC_AHB2ENR, AHB2EN_RAMCFG, AHB2EN_RAMCFG))
        ingot_stop("RAMCFG gets no clock (RCC_AHB2ENR): the loader keeps this bit to itself");
    for (unsigned bank = 2; bank <= 6; bank++)
        wake(bank);
    register_barrier();
}

/* Why the memory of a controller does not answer; NULL when it does. A controller without a clock is not read. */
static const char *missing(uint32_t controller, uint32_t clock)
{
    if (!(register_read(RCC_AHB5ENR) & clock))
        return "has no clock";
    const uint32_t cr = register_read(controller);
    if (!(cr & XSPI_CR_EN))
        return "is off";
    return (cr & XSPI_CR_MAPPED) == XSPI_CR_MAPPED ? 0 : "is not in memory-mapped mode";
}

static const char *xspi1_is_missing(void)
{
    return missing(XSPI1, AHB5EN_XSPI1);
}

static const char *xspi2_is_missing(void)
{
    return missing(XSPI2, AHB5EN_XSPI2);
}

static const char *xspi3_is_missing(void)
{
    return missing(XSPI3, AHB5EN_XSPI3);
}

void ingot_chip_ready(void)
{
    static const external_memory memories[] = {
        {"XSPI1", 0x90000000u, xspi1_is_missing},
        {"XSPI2", 0x70000000u, xspi2_is_missing},
        {"XSPI3", 0x80000000u, xspi3_is_missing},
    };
    const uint32_t clock = CPU_CLOCK(register_read(RCC_CFGR1));
    ingot_print("ingot: STM32N6, CPU clock ");
    ingot_print(clock_names[clock]);
    ingot_print(clock == CPU_CLOCK_IC1 ? "" : ": no PLL, slower than the board file's cpu: clock:");
    look_at_memories(memories, sizeof memories / sizeof *memories,
                     "the first-stage loader or ingot_board_init() has to map it: docs/first-stage.md");
}
