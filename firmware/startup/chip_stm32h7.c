/* SPDX-License-Identifier: Apache-2.0 */
/* STM32H7: looks whether the external memories are there. QUADSPI shows the flash in memory-mapped mode, the FMC an SDRAM
 * that is refreshed; both are the work of the project's ingot_board_init().
 *
 * Of STM32H742 to H757, which have these controllers. Registers: RM0399, RCC, QUADSPI and FMC.
 */
#include "board_start.h"
#include "needed_memories.h"
#include "registers.h"

#define RCC 0x58024400u
#define RCC_CFGR (RCC + 0x10u)
#define RCC_AHB3ENR (RCC + 0xD4u)
#define AHB3EN_FMC (1u << 12)
#define AHB3EN_QSPI (1u << 14)
#define CPU_CLOCK(cfgr) ((cfgr) >> 3 & 3u) /* SWS */
#define CPU_CLOCK_PLL 3u

#define QUADSPI_CR 0x52005000u
#define QUADSPI_CCR (QUADSPI_CR + 0x14u)
#define CR_EN (1u << 0)
#define CCR_MAPPED (3u << 26) /* FMODE */

#define FMC_BCR1 0x52004000u
#define FMC_SDRTR (FMC_BCR1 + 0x154u)
#define BCR1_FMCEN (1u << 31)
#define SDRTR_COUNT (0x1FFFu << 1)

static const char *const clock_names[] = {"HSI", "CSI", "HSE", "PLL1"};

/* A controller without a clock is not read. */
static const char *flash_is_missing(void)
{
    if (!(register_read(RCC_AHB3ENR) & AHB3EN_QSPI))
        return "has no clock";
    if (!(register_read(QUADSPI_CR) & CR_EN))
        return "is off";
    return (register_read(QUADSPI_CCR) & CCR_MAPPED) == CCR_MAPPED ? 0 : "is not in memory-mapped mode";
}

static const char *sdram_is_missing(void)
{
    if (!(register_read(RCC_AHB3ENR) & AHB3EN_FMC))
        return "has no clock";
    if (!(register_read(FMC_BCR1) & BCR1_FMCEN))
        return "is off";
    return register_read(FMC_SDRTR) & SDRTR_COUNT ? 0 : "does not refresh its SDRAM";
}

void ingot_chip_ready(void)
{
    static const external_memory memories[] = {
        {"QUADSPI", 0x90000000u, flash_is_missing},
        {"FMC", 0xC0000000u, sdram_is_missing},
        {"FMC", 0xD0000000u, sdram_is_missing},
    };
    const uint32_t clock = CPU_CLOCK(register_read(RCC_CFGR));
    ingot_print("ingot: STM32H7, CPU clock ");
    ingot_print(clock_names[clock]);
    ingot_print(clock == CPU_CLOCK_PLL ? "" : ": no PLL, slower than the board file's cpu: clock:");
    look_at_memories(memories, sizeof memories / sizeof *memories, "ingot_board_init() has to map it: docs/first-stage.md");
}
