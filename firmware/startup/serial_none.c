/* SPDX-License-Identifier: Apache-2.0 */
/* No line to a host: a project puts its own functions in place of these. */
#include "serial.h"

__attribute__((weak)) bool ingot_serial_open(uint32_t baud)
{
    (void)baud;
    return false;
}

__attribute__((weak)) uint8_t ingot_serial_get(void)
{
    return 0;
}

__attribute__((weak)) void ingot_serial_put(uint8_t byte)
{
    (void)byte;
}
