/* SPDX-License-Identifier: 0BSD */
/* A thread of an RTOS: one epoch at a time, so that threads of the same priority run in between, and a deadline that is
 * kept. `network_step` blocks for one epoch; the report's table of epochs says how long the longest one is. */
#include "ingot_network.h"
#include "ingot_runtime.h"
#include "network.h"

INGOT_NETWORK(network)

/* What FreeRTOS calls taskYIELD() and Zephyr k_yield(): here it counts. */
static uint32_t yields;

static void yield(void)
{
    yields++;
}

/* The body of the thread: FreeRTOS's void network_task(void *unused), Zephyr's K_THREAD_DEFINE entry. */
static void network_task(void)
{
    uint8_t *input = network_input(0);
    for (uint32_t i = 0; i < network_input_bytes(0); i++)
        input[i] = (uint8_t)(i * 7);
    while (network_step())
        yield();
}

int main(void)
{
    network_init();
    network_task();
    ingot_print(yields ? "other threads ran in between\n" : "one epoch\n");
    return 0;
}
