/* SPDX-License-Identifier: Apache-2.0 */
/* The serial line to the host. serial_twin.c is linked on the twin, usart_<chip>.c on a board whose chip has one, else
 * serial_none.c. On boards the functions are weak: a project that wants another port, other pins or another clock
 * defines its own. */
#ifndef INGOT_SERIAL_H
#define INGOT_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

/* Bits a second, from the board file's `console: baud:`. */
#ifndef INGOT_BAUD
#define INGOT_BAUD 115200u
#endif

/* Makes the line ready: 8 data bits, no parity, 1 stop bit. False when there is none, or nobody wants to talk over it. */
bool ingot_serial_open(uint32_t baud);
/* Waits for a byte. */
uint8_t ingot_serial_get(void);
void ingot_serial_put(uint8_t byte);

#endif
