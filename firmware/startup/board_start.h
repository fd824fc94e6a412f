/* SPDX-License-Identifier: Apache-2.0 */
/* What startup.c calls before main(), in this order. All are weak and empty there: a board's console, its chip and the
 * project bring their own. */
#ifndef INGOT_BOARD_START_H
#define INGOT_BOARD_START_H

#include <stdint.h>

/* Board: opens the serial port and prints the first line, before anything can hang. */
void ingot_console_open(void);
/* Chip: switches its memories on. */
void ingot_chip_init(void);
/* Project: clocks, external memories, pins. */
void ingot_board_init(void);
/* Chip: says what it found, and stops where memory that this firmware needs does not answer. */
void ingot_chip_ready(void);

/* The last thing that went wrong at start-up: for a debugger, where there is no console. NULL: nothing. */
extern const char *volatile ingot_start_failure;
/* Remembers and prints what went wrong. The start goes on. */
void ingot_start_failed(const char *what);

#endif
