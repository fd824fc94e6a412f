/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the network on every sample that the transport brings, and says what it cost. Where a host talks over a serial
 * line (serial.h), it is served instead (serve.h).
 *
 * Lines on the console, for people and for ingot/device/run/twin.py:
 *     validate: network <name>, unit <instructions|cycles>
 *     init: <cost of the initialisation, with the check of the weights>
 *     sample <number>: <cost of the inference>
 *     epoch <number, from 1>: <cost in the last sample>
 *     stack: <bytes used> of <bytes>
 *     validate: done, <number of samples> samples
 */
#include "counter.h"
#include "inference.h"
#include "ingot_runtime.h"
#include "io_buffers.h"
#include "io_transfer.h"
#include "ll_aton_runtime.h"
#include "ingot_versions.h"
#include "serial.h"
#include "serve.h"
#include "served_instance.h"
#include "stack.h"
#include "transport.h"

#ifndef INGOT_NETWORK
#define INGOT_NETWORK network
#endif
#define DECLARE(name) LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(name)
#define INSTANCE_OF(name) NN_Instance_##name
#define INSTANCE(name) INSTANCE_OF(name)

DECLARE(INGOT_NETWORK)

static uint64_t init_cost;

static void print_cost(const char *label, unsigned number, uint64_t cost)
{
    ingot_print(label);
    ingot_print_unsigned(number);
    ingot_print(": ");
    ingot_print_unsigned64(cost);
    ingot_print("\n");
}

NN_Instance_TypeDef *served_instance(void)
{
    return &INSTANCE(INGOT_NETWORK);
}

const LL_Buffer_InfoTypeDef *served_inputs(void)
{
    return LL_ATON_Input_Buffers_Info(served_instance());
}

const LL_Buffer_InfoTypeDef *served_outputs(void)
{
    return LL_ATON_Output_Buffers_Info(served_instance());
}

const char *served_name(void)
{
    return served_instance()->network->network_name;
}

uint64_t served_init_cost(void)
{
    return init_cost;
}

int main(void)
{
    NN_Instance_TypeDef *instance = served_instance();
    unsigned samples = 0;
    ingot_stack_paint();
    ingot_counter_start();
    ingot_print("validate: network ");
    ingot_print(instance->network->network_name);
    ingot_print(", unit ");
    ingot_print(ingot_counter_unit);
    ingot_print("\n");

    uint64_t start = ingot_counter_read();
    LL_ATON_RT_RuntimeInit();
    LL_ATON_RT_Init_Network(instance);
    init_cost = ingot_counter_read() - start;
    ingot_print("init: ");
    ingot_print_unsigned64(init_cost);
    ingot_print("\n");
    io_buffers_allocate(instance);

    if (ingot_serial_open(INGOT_BAUD))
        for (;;)
            serve(ingot_serial_get(), ingot_serial_put);
    if (!transport_open())
        return 1;
    while (transport_next_sample()) {
        if (!receive(LL_ATON_Input_Buffers_Info(instance)))
            return 1;
        uint64_t cost = inference_run(instance);
        if (!deliver(LL_ATON_Output_Buffers_Info(instance)))
            return 1;
        print_cost("sample ", samples++, cost);
    }
    transport_close();
    for (unsigned i = 0; i < inference_epochs(); i++)
        print_cost("epoch ", i + 1, inference_epoch_cost(i));
    ingot_print("stack: ");
    ingot_print_unsigned(ingot_stack_used());
    ingot_print(" of ");
    ingot_print_unsigned(ingot_stack_size());
    ingot_print("\nvalidate: done, ");
    ingot_print_unsigned(samples);
    ingot_print(" samples\n");
    return 0;
}
