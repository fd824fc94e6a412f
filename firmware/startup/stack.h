/* SPDX-License-Identifier: Apache-2.0 */
/* How much of the stack was used. */
#ifndef INGOT_STACK_H
#define INGOT_STACK_H

#include <stdint.h>

/* Fills the unused part of the stack with a pattern. */
void ingot_stack_paint(void);
/* Bytes that were used at the deepest since then. */
uint32_t ingot_stack_used(void);
/* Bytes there are. */
uint32_t ingot_stack_size(void);

#endif
