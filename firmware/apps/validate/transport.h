/* SPDX-License-Identifier: Apache-2.0 */
/* What brings inputs to the validate firmware and takes results away. transport_twin.c is linked on the twin, transport_board.c on a board. */
#ifndef INGOT_TRANSPORT_H
#define INGOT_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

/* Makes the connection. False, after a message on the console, when that is not possible. */
bool transport_open(void);

/* Waits for the next sample. False when there are no more. */
bool transport_next_sample(void);

/* The next n bytes of the sample: its inputs, one behind the other. False when they do not come. */
bool transport_read(void *to, uint32_t n);

/* The next n bytes of the result: the outputs, one behind the other. False when they cannot be delivered. */
bool transport_write(const void *from, uint32_t n);

void transport_close(void);

#endif
