/* SPDX-License-Identifier: Apache-2.0 */
/* UART 0 of the emulated machine, an Arm CMSDK APB UART (DDI 0479). Used when the command line ends in " serial". */
#include "serial.h"

#include <string.h>

#include "cortex_m.h"
#include "semihosting.h"
#include "twin.h"

#define UART ingot_twin_devices().uart
#define DATA INGOT_REGISTER(UART + 0x00)
#define STATE INGOT_REGISTER(UART + 0x04)
#define STATE_TX_FULL 1u
#define STATE_RX_FULL 2u
#define CTRL INGOT_REGISTER(UART + 0x08)
#define CTRL_TX_RX 3u
#define BAUDDIV INGOT_REGISTER(UART + 0x10)
#define BAUDDIV_LEAST 16u

bool ingot_serial_open(uint32_t baud)
{
    static char line[256];
    (void)baud; /* the emulator passes bytes on at once */
    if (!semihosting_command_line(line, sizeof line))
        return false;
    const char *word = strrchr(line, ' ');
    if (!word || strcmp(word, " serial") != 0)
        return false;
    BAUDDIV = BAUDDIV_LEAST;
    CTRL = CTRL_TX_RX;
    (void)DATA; /* makes QEMU look for bytes that came before */
    return true;
}

uint8_t ingot_serial_get(void)
{
    while (!(STATE & STATE_RX_FULL)) {
    }
    return (uint8_t)DATA;
}

void ingot_serial_put(uint8_t byte)
{
    while (STATE & STATE_TX_FULL) {
    }
    DATA = byte;
}
