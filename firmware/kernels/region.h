/* SPDX-License-Identifier: Apache-2.0 */
/* Execution of a fused region: several calls that run a few rows at a time (ingot/compiler/emit/step_table.py). */
#ifndef INGOT_REGION_H
#define INGOT_REGION_H

#include "ingot_kernel.h"

#define INGOT_STEP_LOOP 0xFF

/* Produces n rows from row y upwards of the region's call number `call`. */
typedef void (*ingot_region_call)(unsigned call, unsigned y, unsigned n);

/* Runs `size` bytes of steps. at[call] is the row where each call goes on or, with `reverse`, the row behind it; it is
 * changed. */
void ingot_run_region(const uint8_t *steps, unsigned size, uint16_t *at, int reverse, ingot_region_call run);

#endif
