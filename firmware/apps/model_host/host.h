/* SPDX-License-Identifier: Apache-2.0 */
/* Where model_host gets its commands and inputs from. host_twin.c is linked on the twin, host_board.c on a board. */
#ifndef MODEL_HOST_H
#define MODEL_HOST_H

#include <stdbool.h>
#include <stdint.h>

/* False, after a message on the console, when there is nobody to talk to. */
bool host_open(void);

/* The next command, of at most n - 1 characters. False when there are no more. */
bool host_command(char *line, uint32_t n);

/* The next n bytes of inputs. */
bool host_read(void *to, uint32_t n);

/* Takes n bytes of outputs. */
bool host_write(const void *from, uint32_t n);

void host_close(void);

#endif
