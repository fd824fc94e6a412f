/* SPDX-License-Identifier: 0BSD */
/* Bare metal: fill the input, run, read the output. */
#include "ingot_network.h"
#include "ingot_runtime.h"
#include "network.h"

INGOT_NETWORK(network)

/* A sample of the sensor in the input's own type; here a pattern. */
static void fill(uint8_t *input, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        input[i] = (uint8_t)(i * 7);
}

/* The place of the highest value. */
static uint32_t highest(const NETWORK_OUT_1_TYPE *output)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < NETWORK_OUT_1_SIZE; i++)
        if (output[i] > output[best])
            best = i;
    return best;
}

int main(void)
{
    network_init();
    fill(network_input(0), network_input_bytes(0));
    network_run();
    ingot_print("highest: ");
    ingot_print_unsigned(highest(network_output(0)));
    ingot_print("\n");
    return 0;
}
