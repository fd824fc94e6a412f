/* SPDX-License-Identifier: Apache-2.0 */
/* What an inference costs: instructions on the twin, CPU cycles on a board. */
#ifndef INGOT_COUNTER_H
#define INGOT_COUNTER_H

#include <stdint.h>

/* What the counter counts: "instructions" or "cycles". */
extern const char ingot_counter_unit[];

void ingot_counter_start(void);
/* The count since ingot_counter_start(). */
uint64_t ingot_counter_read(void);

#endif
