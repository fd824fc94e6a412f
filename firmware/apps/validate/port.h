/* The serial line to the host. port_twin.c is linked on the twin, port_board.c on a board. */
#ifndef VALIDATE_PORT_H
#define VALIDATE_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* Whether there is a line and the host wants to talk over it. */
bool port_open(void);
/* Waits for a byte. */
uint8_t port_get(void);
void port_put(uint8_t byte);
/* The host has ended the session. Whether the firmware ends as well. */
bool port_close(void);

#endif
