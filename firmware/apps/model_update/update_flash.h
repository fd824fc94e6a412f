/* SPDX-License-Identifier: Apache-2.0 */
/* The flash that models are replaced in. update_flash_twin.c is linked on the twin, update_flash_board.c on a board. */
#ifndef UPDATE_FLASH_H
#define UPDATE_FLASH_H

#include "ingot_update.h"

/* Addresses are the machine's. */
extern const ingot_update_flash update_flash;

/* A line of text for the flash alone; false when it knows none such. The twin's lets power fail at an operation. */
bool update_flash_command(const char *line);

#endif
