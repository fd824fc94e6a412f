/* SPDX-License-Identifier: Apache-2.0 */
/* STM32N6: switches on the internal RAM banks that are off after reset, before anything touches them.
 *
 * AXISRAM2..6 need a clock (RCC_MEMENR) and must leave their shutdown state (RAMCFG_SRAMxCR.SRAMSD); an access to one
 * that is off never ends. External flash and PSRAM are mapped by the first-stage loader. Secure addresses: the loader
 * starts the application in the secure state. Registers: RM0486, RCC and RAMCFG.
 */
#include "cortex_m.h"

#define RCC_MEMENSR INGOT_REGISTER(0x56028A4Cu) /* writing 1 sets the bit in MEMENR */
#define RCC_AHB2ENSR INGOT_REGISTER(0x56028A54u)
#define MEMEN_AXISRAM3_TO_6 0xFu
#define MEMEN_AXISRAM1_2 (3u << 7)
#define AHB2EN_RAMCFG (1u << 12)
#define RAMCFG_CR(bank) INGOT_REGISTER(0x52023000u + 0x80u * ((bank) - 1u)) /* banks 1 to 6 */
#define CR_SRAMSD (1u << 20)

void ingot_board_init(void)
{
    RCC_MEMENSR = MEMEN_AXISRAM3_TO_6 | MEMEN_AXISRAM1_2;
    RCC_AHB2ENSR = AHB2EN_RAMCFG;
    ingot_barrier();
    for (unsigned bank = 2; bank <= 6; bank++)
        RAMCFG_CR(bank) &= ~CR_SRAMSD;
    ingot_barrier();
}
