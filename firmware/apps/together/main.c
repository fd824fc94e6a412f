/* SPDX-License-Identifier: Apache-2.0 */
/* Several networks in one firmware, on the emulated twin: each sample holds the inputs of every network, and the
 * networks run one after the other. ingot/device/run/together.py compares what they wrote.
 *
 * Lines on the console:
 *     together: network <name>
 *     sample <number> <name>: <cost of the inference>
 *     together: done, <number of samples> samples
 */
#include "../validate/io_buffers.h"
#include "../validate/io_transfer.h"
#include "../validate/transport.h"
#include "counter.h"
#include "ingot_networks.h"
#include "ingot_runtime.h"
#include "ll_aton_runtime.h"
#include "ingot_versions.h"

#define DECLARE(name) LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(name)
#define ADDRESS_OF(name) &NN_Instance_##name,

INGOT_NETWORKS(DECLARE)

static NN_Instance_TypeDef *const networks[] = {INGOT_NETWORKS(ADDRESS_OF)};

#define COUNT (sizeof networks / sizeof *networks)

static uint64_t run(NN_Instance_TypeDef *instance)
{
    uint64_t start = ingot_counter_read();
    while (LL_ATON_RT_RunEpochBlock(instance) != LL_ATON_RT_DONE)
        LL_ATON_OSAL_WFE();
    uint64_t cost = ingot_counter_read() - start;
    LL_ATON_RT_Reset_Network(instance);
    return cost;
}

static void print_sample(unsigned number, const char *name, uint64_t cost)
{
    ingot_print("sample ");
    ingot_print_unsigned(number);
    ingot_print(" ");
    ingot_print(name);
    ingot_print(": ");
    ingot_print_unsigned64(cost);
    ingot_print("\n");
}

int main(void)
{
    unsigned samples = 0;
    ingot_counter_start();
    LL_ATON_RT_RuntimeInit();
    for (unsigned i = 0; i < COUNT; i++) {
        ingot_print("together: network ");
        ingot_print(networks[i]->network->network_name);
        ingot_print("\n");
        LL_ATON_RT_Init_Network(networks[i]);
    }
    if (!transport_open())
        return 1;
    for (; transport_next_sample(); samples++) {
        for (unsigned i = 0; i < COUNT; i++) {
            /* Networks run one at a time: inputs and outputs that the application owns may lie at one place. */
            io_buffers_allocate(networks[i]);
            if (!receive(LL_ATON_Input_Buffers_Info(networks[i])))
                return 1;
            uint64_t cost = run(networks[i]);
            if (!deliver(LL_ATON_Output_Buffers_Info(networks[i])))
                return 1;
            print_sample(samples, networks[i]->network->network_name, cost);
        }
    }
    transport_close();
    ingot_print("together: done, ");
    ingot_print_unsigned(samples);
    ingot_print(" samples\n");
    return 0;
}
